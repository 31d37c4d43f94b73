internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
package import WeirRuntime
package import WeirUpstream

/// One event loop and all that it owns: acceptors, pools, counters. Touched by its thread only.
package final class Worker {
    package let loop: EventLoop
    let shard: CounterCells
    let filterMetrics: FilterMetrics
    let filterMarker = FilterMarker()
    let causes: CauseCounter
    let cutOffs: CauseCounter
    let connectionFailures: CauseCounter
    let accessLog: AccessLogBuffer
    let shared: SharedState
    private(set) var generation = WorkerGeneration.empty
    private(set) var acceptors: [Acceptor] = []
    private(set) var isDraining = false
    private var pool: [Exchange] = []
    var logBudget = LogBudget()
    /// Traced requests, by the cell of the histogram that counts them.
    private(set) var exemplars: [Int: Exemplar] = [:]
    /// What streams somebody wants to see, and those that are being recorded for it.
    var taps: [Tap] = []
    var recorded: [Exchange] = []
    /// Calls of the gateway's own that wait for a response.
    var calls: [OutgoingCall] = []

    package init(loop: EventLoop, shared: SharedState) {
        self.loop = loop
        self.shared = shared
        shard = CounterCells(count: 0)
        filterMetrics = FilterMetrics(cells: shard)
        causes = CauseCounter()
        cutOffs = CauseCounter()
        connectionFailures = CauseCounter()
        accessLog = AccessLogBuffer(loop: loop, writer: shared.accessLog)
    }

    // MARK: Exchanges

    func takeExchange() -> Exchange { pool.popLast() ?? Exchange(worker: self) }

    func recycle(_ exchange: Exchange) {
        if pool.count < 1024 {
            pool.append(exchange)
        } else {
            exchange.stream.driver = nil
        }
    }

    /// Counts and logs a finished exchange.
    func record(_ exchange: Exchange) {
        let stream = exchange.stream
        let base = exchange.route.metrics
        let statusClass =
            stream.outcome.status >= 100 && stream.outcome.status < 600
            ? stream.outcome.status / 100 : 0
        shard.add(base + RouteMetric.statusClasses + statusClass)
        if exchange.isGRPC {
            let status = stream.outcome.grpcStatus
            let cell = status < 0 ? GRPCStatus.names.count : status
            shard.add(base + RouteMetric.grpcStatuses + cell)
        }
        let duration = stream.outcome.duration.microseconds
        shard.add(base + RouteMetric.durationSum, UInt64(max(0, duration)))
        var bucket = 0
        while bucket < RouteMetric.bounds.count && duration > RouteMetric.bounds[bucket] {
            bucket += 1
        }
        shard.add(base + RouteMetric.durationBuckets + bucket)
        if let trace = stream.trace, trace.isSampled {
            exemplars[base + RouteMetric.durationBuckets + bucket] = Exemplar(
                trace: trace, microseconds: duration,
                unixMilliseconds: loop.clock.unixMilliseconds)
        }
        let listener = exchange.listener.metrics
        shard.add(listener + ListenerMetric.bytesIn, UInt64(stream.outcome.requestBytes))
        shard.add(listener + ListenerMetric.bytesOut, UInt64(stream.outcome.responseBytes))
        if let cluster = exchange.cluster {
            shard.add(cluster.metrics + ClusterMetric.requests.rawValue)
            if stream.outcome.status >= 500 {
                let isOurs = stream.outcome.cause.utf8CodeUnitCount > 0
                let metric = isOurs ? ClusterMetric.failures : .serverErrors
                shard.add(cluster.metrics + metric.rawValue)
            }
        }
        shared.recorded?(stream.outcome)
        if !exchange.listener.isInternal, let format = exchange.generation.snapshot?.accessLog {
            accessLog.write(stream, format: format, clock: loop.clock)
        }
    }

    func count(cause: StaticString) { causes.add(cause) }

    /// Counts a response that could not be completed.
    func countCutOff(_ cause: StaticString) { cutOffs.add(cause) }

    /// Counts a connection that did not end in order.
    func countConnectionFailure(_ cause: StaticString) { connectionFailures.add(cause) }

    // MARK: Configuration

    /// Takes over a new snapshot. Exchanges under way keep the old one.
    package func install(
        _ snapshot: GatewaySnapshot, sockets: [ListenerPolicy.SocketKey: ListeningSocket]
    ) {
        shard.grow(to: snapshot.cellCount)
        generation = WorkerGeneration(snapshot, replacing: generation, worker: self)
        var kept: [Acceptor] = []
        for policy in snapshot.listeners {
            if let acceptor = acceptors.first(where: { $0.policy.socketKey == policy.socketKey }) {
                acceptor.follow(policy)
                kept.append(acceptor)
            } else if let socket = sockets[policy.socketKey] {
                let acceptor = Acceptor(socket, policy: policy, worker: self)
                acceptor.start()
                kept.append(acceptor)
            }
        }
        for acceptor in acceptors where !kept.contains(where: { $0 === acceptor }) {
            acceptor.stop()
        }
        acceptors = kept
    }

    /// A cluster's host names have been resolved.
    package func update(cluster name: String, endpoints: [EndpointAddress]) {
        generation.cluster(named: name)?.update(endpoints)
    }

    /// Accepts no more and closes connections as they become idle.
    package func drain() {
        isDraining = true
        for acceptor in acceptors where !acceptor.policy.isInternal { acceptor.stop() }
    }

    /// Closes everything that is still open.
    package func closeAll() {
        for acceptor in acceptors { acceptor.closeAll() }
        for exchange in pool { exchange.stream.driver = nil }
        pool.removeAll()
        for call in calls { call.abandon() }
        for cluster in generation.clusters { cluster.retire() }
        accessLog.flush()
    }
}
