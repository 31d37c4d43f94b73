internal import Logging
internal import WeirBase
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// A snapshot as one worker uses it: with its own connections to the clusters.
final class WorkerGeneration {
    let snapshot: GatewaySnapshot?
    let clusters: [WorkerCluster]
    private let byName: [String: WorkerCluster]

    private init() {
        snapshot = nil
        clusters = []
        byName = [:]
    }

    /// Before any configuration.
    static var empty: WorkerGeneration { WorkerGeneration() }

    /// Clusters whose policy has not changed keep their connections.
    init(_ snapshot: GatewaySnapshot, replacing old: WorkerGeneration, worker: Worker) {
        self.snapshot = snapshot
        var known: [String: WorkerCluster] = [:]
        for cluster in old.clusters { known[cluster.name] = cluster }
        clusters = snapshot.clusters.map { plan in
            let cluster: WorkerCluster
            if let same = known[plan.name],
                same.fits(policy: plan.policy, plan: plan.connection, metrics: plan.metrics)
            {
                cluster = same
                cluster.use(plan.connection)
                known[plan.name] = nil
            } else {
                cluster = worker.makeCluster(plan)
            }
            cluster.follow(plan.addresses, resolving: plan.needsResolving)
            return cluster
        }
        byName = Dictionary(
            clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for cluster in known.values { cluster.retire() }
    }

    func cluster(named name: String) -> WorkerCluster? { byName[name] }
}

extension Worker {
    fileprivate func makeCluster(_ plan: ClusterPlan) -> WorkerCluster {
        var limits = HTTPLimits()
        limits.headBytes = plan.policy.headerBytes
        limits.fieldCount = plan.policy.headerCount
        let cluster = WorkerCluster(
            name: plan.name, policy: plan.policy, plan: plan.connection, limits: limits,
            metrics: plan.metrics, loop: loop)
        var quietUntil = MonotonicTime(nanoseconds: 0)
        cluster.onConnectionFailure = { [weak self] cause, endpoint, detail in
            guard let self else { return }
            countConnectionFailure(cause)
            var level = Logger.Level.debug
            // A handshake that fails will fail for every request: say so, but not each time.
            if !detail.isEmpty && quietUntil <= loop.now {
                quietUntil = loop.now + .seconds(10)
                level = .warning
            }
            shared.log.log(
                level: level,
                "cluster \(plan.name): connection to \(endpoint) failed: \(cause) \(detail)")
        }
        return cluster
    }
}
