internal import Logging
internal import WeirBase
internal import WeirConfig
internal import WeirRuntime
internal import WeirUpstream

/// Follows the host names of clusters: asks again when an answer's time to live is over, and tells
/// when the addresses have changed. A failed lookup keeps what was known.
final class ClusterResolver: TimerTarget {
    /// One cluster's names and what they stand for.
    private final class Followed {
        var plan: ClusterPlan
        var answers: [String: [IPAddress]] = [:]
        var due = MonotonicTime(nanoseconds: 0)
        var waiting = 0
        var smallestTTL = Int.max
        var published: [EndpointAddress]?
        /// Whether every name has been asked for once, with or without success.
        var hasBeenAsked = false
        /// Lookups in a row of which none gave an answer.
        var failures: Int64 = 0

        init(_ plan: ClusterPlan) { self.plan = plan }
    }

    private let control: EventLoop
    private let log: Logger
    private let resolver: Resolver
    private let changed: (String, [EndpointAddress]) -> Void
    private var followed: [String: Followed] = [:]
    private lazy var timer = LoopTimer(self)

    init(
        control: EventLoop, log: Logger, changed: @escaping (String, [EndpointAddress]) -> Void
    ) throws(SystemError) {
        self.control = control
        self.log = log
        self.changed = changed
        resolver = try Resolver()
    }

    func stop() { resolver.stop() }

    /// Whether every cluster has had its first answer, be it that there is none.
    var hasSettled: Bool { followed.values.allSatisfy(\.hasBeenAsked) }

    /// Follows the clusters of a new configuration.
    func follow(_ plans: [ClusterPlan]) {
        var next: [String: Followed] = [:]
        for plan in plans where plan.needsResolving {
            if let known = followed[plan.name], known.plan.targets == plan.targets {
                known.plan = plan
                known.published.map { changed(plan.name, $0) }
                next[plan.name] = known
            } else {
                let fresh = Followed(plan)
                next[plan.name] = fresh
                ask(fresh)
            }
        }
        followed = next
        arm()
    }

    func timerFired(_ timer: LoopTimer) {
        for cluster in followed.values where cluster.due <= control.now && cluster.waiting == 0 {
            ask(cluster)
        }
        arm()
    }

    private func arm() {
        let next = followed.values.filter { $0.waiting == 0 }.map(\.due).min()
        if let next { timer.arm(on: control, at: next) }
    }

    private func ask(_ cluster: Followed) {
        cluster.smallestTTL = .max
        let family = Resolver.Family(cluster.plan.dns.family)
        let name = cluster.plan.name
        let carried = Carried(resolver: self)
        let handle = control.handle
        for case .host(let host, _, _) in cluster.plan.targets {
            cluster.waiting += 1
            resolver.resolve(host, family: family) { result in
                handle.execute { carried.resolver?.answered(name, host, result) }
            }
        }
    }

    /// Carries a weak reference through the resolver's thread back to the control loop.
    private struct Carried: @unchecked Sendable {
        weak var resolver: ClusterResolver?
    }

    private func answered(
        _ name: String, _ host: String, _ result: Result<ResolvedName, ResolveError>
    ) {
        guard let cluster = followed[name] else { return }
        cluster.waiting -= 1
        switch result {
        case .success(let answer):
            cluster.answers[host] = answer.addresses
            cluster.smallestTTL = min(cluster.smallestTTL, Int(answer.ttl))
        case .failure(let error):
            log.warning("cluster \(name): \(host) cannot be resolved: \(error)")
        }
        guard cluster.waiting == 0 else { return }
        cluster.hasBeenAsked = true
        publish(cluster)
        let dns = cluster.plan.dns
        let ttl = Interval.seconds(Int64(min(cluster.smallestTTL, 86_400)))
        var wait = ttl
        if cluster.smallestTTL == .max {
            // Nothing was learnt: ask again soon at first, then ever more rarely.
            wait = Interval(nanoseconds: dns.refreshMin.nanoseconds << min(cluster.failures, 16))
            cluster.failures += 1
        } else {
            cluster.failures = 0
        }
        cluster.due = control.now + min(max(wait, dns.refreshMin), dns.refreshMax)
        arm()
    }

    private func publish(_ cluster: Followed) {
        var endpoints: [EndpointAddress] = []
        for target in cluster.plan.targets {
            switch target {
            case .address(let address): endpoints.append(address)
            case .host(let host, let port, let weight):
                for address in cluster.answers[host] ?? [] {
                    endpoints.append(
                        EndpointAddress(.ip(address, port: port), host: host, weight: weight))
                }
            }
        }
        guard !endpoints.isEmpty, endpoints != cluster.published else { return }
        cluster.published = endpoints
        changed(cluster.plan.name, endpoints)
    }
}

extension Resolver.Family {
    init(_ family: DNSConfiguration.Family) {
        self =
            switch family {
            case .any: .any
            case .v4: .v4
            case .v6: .v6
            }
    }
}
