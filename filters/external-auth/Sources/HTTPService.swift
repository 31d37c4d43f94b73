internal import WeirBase
internal import WeirFilter

/// A service that answers with a status: 2xx lets a request in.
struct HTTPService: AuthService {
    let path: ByteString
    let appendsPath: Bool
    /// The method of the question; nil for the request's.
    let method: Method?
    let authority: ByteString?
    let timeout: Interval
    let responseLimit: Int
    let sends: SentFields
    let upstreamHeaders: [HeaderName]
    let denialHeaders: [HeaderName]
    let successHeaders: [HeaderName]
    let identityHeader: HeaderName?

    var summary: String {
        let method = method.map { $0.name.description } ?? "by the request's method"
        return "for \(method) \(path)\(appendsPath ? " with the request's path" : "")"
    }

    // MARK: The question

    func question(_ stream: FilterStream, body: ByteString?) -> CallRequest? {
        let request = stream.request
        // The methods that have no name of their own are too rare to be passed on.
        let method = method ?? request.method
        guard method != .other, method != .connect else { return nil }
        return CallRequest(
            method, path(for: request), authority: authority, headers: fields(stream, body),
            body: body ?? ByteString(), timeout: timeout, responseLimit: responseLimit,
            isRepeatable: true)
    }

    private func path(for request: RequestHead) -> ByteString {
        // `OPTIONS *` has no path that could be appended.
        guard appendsPath, request.path.storage.first == UInt8(ascii: "/") else { return path }
        var whole = path
        if whole.storage.last == UInt8(ascii: "/") { whole.storage.removeLast() }
        whole.append(request.pathAndQuery)
        return whole
    }

    private func fields(_ stream: FilterStream, _ body: ByteString?) -> [(HeaderName, ByteString)] {
        let request = stream.request
        var fields: [(HeaderName, ByteString)] = []
        sends.forEach(in: request.headers) { name, value in
            // Services take `X_Forwarded_Uri` for `X-Forwarded-Uri`, as upstreams do.
            let isOurs = Self.own.contains { $0.isSpelling(name.bytes.span) }
            if !isOurs { fields.append((name, value)) }
        }
        if body != nil {
            SentFields.these([HeaderName(.contentType), HeaderName(.contentEncoding)])
                .forEach(in: request.headers) { fields.append(($0, $1)) }
        }
        fields.append((Self.forwardedMethod, request.methodText))
        fields.append((HeaderName(.xForwardedProto), ByteString(request.scheme.name.span)))
        fields.append((HeaderName(.xForwardedHost), request.authority))
        fields.append((Self.forwardedURI, request.pathAndQuery))
        if let client = stream.clientAddress {
            fields.append((HeaderName(.xForwardedFor), ByteString(client.description)))
        }
        return fields
    }

    private static let forwardedMethod: HeaderName = "x-forwarded-method"
    private static let forwardedURI: HeaderName = "x-forwarded-uri"

    /// Fields in which the gateway tells about the request and its question; no client may.
    private static let own: [HeaderName] = [
        forwardedMethod, forwardedURI, HeaderName(.xForwardedProto), HeaderName(.xForwardedHost),
        HeaderName(.xForwardedFor), HeaderName(.forwarded),
        HeaderName(.contentType), HeaderName(.contentEncoding),
    ]

    // MARK: The answer

    func answer(_ result: CallResult) -> Answer {
        switch result {
        case .failure(let failure):
            let isLate = failure.cause.description == CallFailure.timeout.cause.description
            return Answer(isLate ? .timedOut : .failed)
        case .success(let response):
            return Answer(
                decision(response), lifetime: CacheControl.lifetime(of: response.headers))
        }
    }

    private func decision(_ response: CallResponse) -> Decision {
        switch response.status {
        case 200..<300: .allow(consent(response.headers))
        // Nobody asked on a condition, so 304 makes no sense.
        case 300..<304, 305..<500: .deny(Refusal(response: refusal(response)))
        default: .failed
        }
    }

    private func consent(_ headers: HeaderMap) -> Consent {
        // What the client sent under these names is gone already.
        let requestEdits = Self.lines(of: upstreamHeaders, in: headers).map {
            FieldEdit(name: $0.0, value: $0.1, action: .append)
        }
        var seen: Set<HeaderName> = [HeaderName(.setCookie)]
        let responseEdits = Self.lines(of: successHeaders, in: headers).map { name, value in
            let isFirst = seen.insert(name).inserted
            return FieldEdit(name: name, value: value, action: isFirst ? .overwrite : .append)
        }
        let identity = identityHeader.flatMap { headers[$0] }.flatMap { name in
            name.isEmpty ? nil : ClientIdentity(name: name, source: "external-auth")
        }
        return Consent(
            requestEdits: requestEdits, responseEdits: responseEdits, identity: identity)
    }

    private func refusal(_ response: CallResponse) -> LocalResponse {
        LocalResponse(
            status: response.status, cause: "external_auth_denied",
            headers: Self.lines(of: denialHeaders, in: response.headers), body: response.body)
    }

    private static func lines(
        of names: [HeaderName], in headers: HeaderMap
    ) -> [(HeaderName, ByteString)] {
        var lines: [(HeaderName, ByteString)] = []
        SentFields.these(names).forEach(in: headers) { lines.append(($0, $1)) }
        return lines
    }
}
