public import WeirBase

/// A request as a client sends it, or as the upstream received it.
public struct TestRequest: Sendable, Hashable {
    /// The method's name.
    public var method: String
    /// The canonical path, with a query if there is one.
    public var target: String
    /// The fields.
    public var headers: TestFields
    /// The body; nil for a request that has none or whose head says that it is empty, which is not
    /// the same as a body that turns out empty.
    public var body: ByteString?
    /// The trailer fields; nil when there are none.
    public var trailers: TestFields?
    /// Whom it is for, with a port if one is given.
    public var authority = "test.example"
    /// How the client spoke to the gateway.
    public var scheme = Scheme.http
    /// Who asks; nil for a client on a Unix socket.
    public var client = IPAddress("192.0.2.1")
    /// The names and values that the route's template captures, in the order of the path.
    public var captures: TestFields = [:]

    /// Writes a request.
    public init(
        _ method: String = "GET", _ target: String = "/", headers: TestFields = [:],
        body: ByteString? = nil, trailers: TestFields? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.trailers = trailers
    }
}

/// A response as the upstream sends it, or as the client received it.
public struct TestResponse: Sendable, Hashable {
    /// The status code.
    public var status: Int
    /// The fields.
    public var headers: TestFields
    /// The body; nil for a response that has none or whose head says that it is empty.
    public var body: ByteString?
    /// The trailer fields; nil when there are none.
    public var trailers: TestFields?

    /// Writes a response.
    public init(
        _ status: Int = 200, headers: TestFields = [:], body: ByteString? = "ok",
        trailers: TestFields? = nil
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.trailers = trailers
    }
}

/// What the origin behind the filters does. It may run on another thread in a live test.
public typealias TestUpstream = @Sendable (TestRequest) -> TestResponse

/// A message that carries a body, for the checks that treat both alike.
extension TestRequest {
    var canonical: TestRequest {
        var copy = self
        copy.headers = headers.canonical
        copy.trailers = trailers?.canonical
        return copy
    }
}

extension TestResponse {
    var canonical: TestResponse {
        var copy = self
        copy.headers = headers.canonical
        copy.trailers = trailers?.canonical
        return copy
    }
}
