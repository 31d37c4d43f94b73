internal import WeirBase
internal import WeirFilter
internal import WeirTesting

/// A cluster that filters ask in a live test: one endpoint, whose answers a closure gives.
final class LiveCluster: Sendable {
    /// Where it listens, as a configuration writes it.
    var endpoint: String { "\(origin.address)" }

    private let origin: Origin

    init(_ answer: @escaping TestCluster) throws {
        origin = try Origin { connection in
            while let request = try connection.request() {
                switch answer(request.call) {
                case .success(let response):
                    let message = LiveMessage(TestResponse(response), to: request.method, .whole)
                    try message.send(Delivery(), to: connection.socket)
                // The closure's time to answer never comes; the caller's patience ends it.
                case nil: return try connection.waitForEnd()
                case .failure: return connection.reset()
                }
            }
        }
    }
}

extension Message {
    /// As the call that it was, without what belongs to the connection alone.
    fileprivate var call: CallRequest {
        let hidden = ["host", "content-length", "transfer-encoding", "connection"]
        return CallRequest(
            Method(ByteString(method).span), ByteString(target),
            authority: self["host"].map { ByteString($0) },
            headers: fields.compactMap { name, value in
                guard let name = HeaderName(name), !hidden.contains("\(name)") else { return nil }
                return (name, ByteString(value))
            }, body: ByteString(body))
    }
}

extension TestResponse {
    fileprivate init(_ response: CallResponse) {
        self.init(
            response.status, headers: TestFields(response.headers),
            body: response.body.isEmpty ? nil : response.body,
            trailers: response.trailers.isEmpty ? nil : TestFields(response.trailers))
    }
}
