internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Says which other sites' pages may ask and read responses (CORS, in the Fetch standard).
public final class Cors: FilterFactory {
    /// The heads of request and response.
    public let phases: Phases = [.requestHeaders, .responseHeaders]

    private let policy: Policy
    /// The one filter, from provisioning on.
    private let made = AtomicLazyReference<OriginGuard>()

    /// Checks the lists, and that what is promised can be kept.
    public init(_ configuration: Configuration) throws { policy = try Self.policy(configuration) }

    /// Makes the counters.
    public func provision(_ services: any GatewayServices) throws {
        _ = made.storeIfNil(OriginGuard(policy, services))
    }

    /// The one filter that serves all streams; it keeps no state of them.
    public func makeFilter() -> any HTTPFilter {
        guard let made = made.load() else { preconditionFailure("not provisioned") }
        return made
    }

    /// Who asks, and what a preflight would get.
    public func explain(_ stream: FilterStream) -> [String] {
        let request = stream.request
        let source = policy.source(of: request)
        let who =
            switch source {
            case .own: "no page of another origin asks"
            case .allowed: "a page of an allowed origin asks"
            case .foreign: "a page of an origin that is not allowed asks"
            }
        guard Preflight.isOne(request), !(source == .foreign && policy.passesUnmatched) else {
            return [who]
        }
        let headers = request.headers
        let isAllowed =
            source == .allowed
            && headers.withFirst(Preflight.method) { policy.allows(request, method: $0) } == true
        return [who, isAllowed ? "answers the preflight: 204" : "refuses the preflight: 403"]
    }
}
