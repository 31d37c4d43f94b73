package import WeirBase
internal import WeirConfig
package import WeirFilter
internal import WeirRouting

/// Answers what the admin listener is asked. Called on any loop; answers through the token, later.
package protocol AdminHandler: AnyObject, Sendable {
    func handle(_ request: AdminRequest, _ token: SharedPauseToken)
}

/// A question to the admin listener.
package struct AdminRequest: Sendable {
    package let method: Method
    package let path: String
    package let query: String
    /// What a POST carries, as text; empty for all others.
    package var body = ""
    /// Who waits for the answer.
    package let asker: AdminAsker
    /// Whether the client takes OpenMetrics.
    package var takesOpenMetrics = false
}

/// The admin interface: a listener like any other, whose chain has one filter that answers.
enum AdminListener {
    static func policy(
        _ settings: AdminConfiguration, handler: any AdminHandler, registry: MetricsRegistry
    ) throws -> ListenerPolicy {
        let name = "admin"
        let factory = AdminFilterFactory(handler: handler)
        let chain = FilterChain([
            FilterChain.Link(
                name: name, factory: factory, counters: registry.base(.filter, name, name))
        ])
        let fallback = Route(
            place: StreamPlace(listener: name, route: ""),
            action: .respond(LocalResponse(status: 404, cause: "no_route")), chain: chain,
            bodyLimit: 1 << 20, metrics: registry.base(.route, name, ""))
        // A tap has a time limit of its own.
        let tap = Route(
            place: fallback.place, action: fallback.action, chain: chain, timeout: nil,
            bodyLimit: fallback.bodyLimit, metrics: fallback.metrics)
        var timeouts = ListenerPolicy.Timeouts()
        timeouts.filterWait = Interval(nanoseconds: TapRequest.longestWait.nanoseconds * 2)
        let index = try RouteIndex([RouteMatch(path: .exact("/tap"))])
        return ListenerPolicy(
            name: name, address: settings.address,
            routes: RouteTable([tap], index: index), fallback: fallback,
            timeouts: timeouts,
            connections: 256, isInternal: true, metrics: registry.base(.listener, name))
    }
}

/// Makes the filter that hands every request to the handler.
private struct AdminFilterFactory: FilterFactory {
    struct Configuration: Decodable, Sendable {}

    static let name = "admin"
    static let documentation = FilterDocumentation(
        summary: "Answers the admin listener's requests.", status: .stable,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: AdminFilter.phases,
        fields: [])

    let handler: any AdminHandler

    init(handler: any AdminHandler) { self.handler = handler }

    init(_ configuration: Configuration) throws {
        throw ConfigurationError("the admin filter belongs to the admin listener")
    }

    var phases: Phases { AdminFilter.phases }

    func makeFilter() -> any HTTPFilter { AdminFilter(handler: handler) }
}

private final class AdminFilter: HTTPFilter {
    static let phases: Phases = [.requestHeaders, .requestBody, .streamComplete]
    /// The longest body of a question.
    private static let bodyLimit = 64 << 10

    private let handler: any AdminHandler
    private let asker = AdminAsker()

    init(handler: any AdminHandler) { self.handler = handler }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        // A page in a browser must not be able to reload or drain: it cannot leave out its origin.
        if request.method != .get && request.method != .head && request.headers.contains(.origin) {
            return .respond(LocalResponse(status: 403, cause: "admin_cross_origin"))
        }
        // A page whose name was made to point here still sends that name.
        let host = ByteString(Array(request.authority.storage.prefix(request.authority.hostCount)))
        guard stream.peerAddress == nil || Self.isOurs(host) else {
            return .respond(LocalResponse(status: 403, cause: "admin_foreign_host"))
        }
        return request.method == .post ? .buffer(upTo: Self.bodyLimit) : ask("", stream)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        // Only a POST's body matters, and it comes whole.
        stream.request.method == .post ? ask(chunk.bytes.description, stream) : .continue
    }

    func streamComplete(_ stream: FilterStream) { asker.leave() }

    private func ask(_ body: String, _ stream: FilterStream) -> Verdict {
        let request = stream.request
        let accept = request.headers[HeaderName(.accept)]?.description ?? ""
        let question = AdminRequest(
            method: request.method, path: request.path.description,
            query: request.query?.description ?? "", body: body, asker: asker,
            takesOpenMetrics: accept.contains("application/openmetrics-text"))
        return stream.pause { token in handler.handle(question, token.shared()) }
    }

    /// Whether the admin interface may be called so: `localhost` or any address.
    private static func isOurs(_ host: ByteString) -> Bool {
        if host == "localhost" { return true }
        var text = host.description
        if text.hasPrefix("[") && text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        return IPAddress(text) != nil
    }
}
