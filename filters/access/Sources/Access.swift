internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Lets requests in by rules on what they ask for and who asks.
public final class Access: FilterFactory {
    /// `access`
    public static let name = "access"

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let policy: AccessPolicy
    /// Made once its counters are there; read for every stream, so without a lock.
    private let gate = AtomicLazyReference<AccessGate>()

    /// Prepares the rules.
    public init(_ configuration: Configuration) throws {
        policy = try AccessPolicy(configuration)
    }

    /// Asks for a counter per rule.
    public func provision(_ services: any GatewayServices) throws {
        func counter(_ rule: String, _ decision: Decision, isShadow: Bool) -> Counter {
            services.counter(
                "weir_access_decisions_total",
                "Requests by the access rule that decided, or would have decided, about them.",
                labels: [
                    ("rule", rule), ("decision", decision.rawValue),
                    ("mode", isShadow ? "shadow" : "enforced"),
                ])
        }
        let counters = policy.rules.map {
            counter($0.name, $0.decision, isShadow: $0.isShadow || policy.isShadow)
        }
        let fallback = counter(
            AccessPolicy.defaultName, policy.fallback, isShadow: policy.isShadow)
        _ = gate.storeIfNil(AccessGate(policy, counters: counters + [fallback]))
    }

    /// The one filter that serves all streams; it keeps no state of them.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else {
            preconditionFailure("a filter is asked for before its factory is provisioned")
        }
        return gate
    }

    /// Which rule decides, and which ones almost did.
    public func explain(_ stream: FilterStream) -> [String] { policy.explain(stream) }
}
