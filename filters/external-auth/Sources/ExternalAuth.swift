internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Asks a service about each request: it is let in, changed on its way, or answered as the service
/// says.
public final class ExternalAuth: FilterFactory {
    /// `external-auth`
    public static let name = "external-auth"

    /// A route's fields are laid over those of the chain, such as a timeout or a context.
    public static let routeOverride = RouteOverride.merge

    /// The request's head; its body and the response's head when the configuration needs them.
    public let phases: Phases

    private let plan: AuthPlan
    /// Made when the factory is provisioned, before any filter is asked for.
    private let gate = AtomicLazyReference<AuthGate>()

    /// Checks the configuration.
    public init(_ configuration: Configuration) throws {
        plan = try AuthPlan(configuration)
        var phases: Phases = [.requestHeaders]
        if plan.bodyLimit != nil { phases.insert(.requestBody) }
        if plan.changesResponses { phases.insert(.responseHeaders) }
        self.phases = phases
    }

    /// Finds the cluster and makes counters and caches.
    public func provision(_ services: any GatewayServices) throws {
        let cluster = try services.cluster(plan.cluster, at: plan.clusterField)
        let gate = AuthGate(
            plan: plan, cluster: cluster, tally: Tally(services),
            cache: plan.cache.map { limits in
                WorkerLocal(services) { _ in
                    DecisionCache(entries: limits.entries, bytes: limits.bytes)
                }
            })
        _ = self.gate.storeIfNil(gate)
    }

    /// The one filter that serves all streams; what differs is kept with the stream.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else {
            preconditionFailure("a filter was asked for before its factory was provisioned")
        }
        return gate
    }

    /// Says which service would be asked, or why none would.
    public func explain(_ stream: FilterStream) -> [String] {
        if let condition = plan.condition, !condition.holds(stream) {
            let fields = condition.unmet(stream).joined(separator: ", ")
            return ["asks nobody about this request: `when` does not hold (\(fields))"]
        }
        return [plan.summary]
    }
}
