internal import WeirBase
package import WeirFilter

extension Redirect {
    /// The answer that sends the client to the new address.
    package func response(for stream: FilterStream) -> LocalResponse {
        let request = stream.request
        var location = ByteString()
        location.append(scheme ?? ByteString(request.scheme.name.span))
        location.append("://")
        location.append(host ?? request.authority)
        let path = path?.apply(to: request.path, captures: stream.captures) ?? request.path
        location.append(path)
        if keepsQuery, let query = request.query {
            location.append(UInt8(ascii: "?"))
            location.append(query)
        }
        return LocalResponse(
            status: status, cause: "redirect", headers: [(HeaderName(.location), location)])
    }
}
