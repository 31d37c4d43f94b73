internal import WeirBase
package import WeirFilter
package import WeirHTTP
package import WeirRuntime

/// A cluster as one worker sees it: its endpoints, their connections and who waits for one.
package final class WorkerCluster: TimerTarget {
    package let name: String
    package let policy: ClusterPolicy
    /// The first of the cluster's metrics.
    package let metrics: Int
    package private(set) var endpoints: [Endpoint] = []
    package private(set) var counters = ClusterCounters()
    /// Open connections to all endpoints.
    package private(set) var open = 0
    /// Whether a host name of the cluster has not been resolved yet.
    package private(set) var isResolving = false

    /// Endpoints to which no connection could be made a moment ago: the others go first.
    private var unreachable: [(endpoint: Endpoint, until: MonotonicTime)] = []

    let loop: EventLoop
    let limits: HTTPLimits
    private var pending: [Waiting] = []
    /// Connections being made, each for a receiver that has not been called yet.
    private var connecting: [HTTP1Client] = []
    private lazy var sweep = LoopTimer(self)
    private lazy var pendingTimer = LoopTimer(self)

    /// A request that waits for a connection.
    private struct Waiting {
        let receiver: any UpstreamReceiver
        let until: MonotonicTime
    }

    package init(
        name: String, policy: ClusterPolicy, limits: HTTPLimits, metrics: Int, loop: EventLoop
    ) {
        self.name = name
        self.metrics = metrics
        self.policy = policy
        self.limits = limits
        self.loop = loop
    }

    /// Requests in flight.
    package var active: Int { endpoints.reduce(0) { $0 + $1.active } }

    /// Requests that wait for a connection.
    package var pendingCount: Int { pending.count }

    /// Unused connections.
    package var idle: Int { endpoints.reduce(0) { $0 + $1.idle.count } }

    /// Replaces the endpoints; those that stay keep their connections.
    package func update(_ addresses: [EndpointAddress]) {
        var old: [SocketAddress: Endpoint] = [:]
        for endpoint in endpoints { old[endpoint.address] = endpoint }
        endpoints = addresses.map { wanted in
            guard let known = old.removeValue(forKey: wanted.address) else {
                return Endpoint(wanted)
            }
            known.weight = wanted.weight
            return known
        }
        for endpoint in old.values { retire(endpoint) }
        isResolving = false
    }

    /// Takes the endpoints of a new configuration; host names are followed by `update` once they
    /// are resolved, and what they resolved to before stays until then.
    package func follow(_ addresses: [EndpointAddress], resolving: Bool) {
        if !resolving { return update(addresses) }
        if endpoints.isEmpty {
            update(addresses)
            isResolving = true
        }
    }

    /// Closes unused connections and lets the others end after their request.
    ///
    /// The endpoints stay: requests that a filter holds, or that wait for a connection, still need
    /// them.
    package func retire() {
        for endpoint in endpoints { retire(endpoint) }
    }

    private func retire(_ endpoint: Endpoint) {
        endpoint.isRetired = true
        let unused = endpoint.idle
        endpoint.idle.removeAll()
        for connection in unused { connection.closeIdle() }
    }

    // MARK: Asking for a connection

    /// Finds a connection and calls the receiver's `upstreamReady`, now or later, or
    /// `upstreamFailed`.
    package func acquire(_ receiver: any UpstreamReceiver) {
        guard let endpoint = choose() else {
            return receiver.upstreamFailed(isResolving ? .unresolved : .noEndpoint)
        }
        if let connection = endpoint.idle.popLast() {
            counters.reused += 1
            return connection.assign(receiver)
        }
        guard open < policy.connections else {
            if let spare = anyIdle() { return spare.assign(receiver) }
            guard pending.count < policy.pending else {
                counters.overflowed += 1
                return receiver.upstreamFailed(.overflow)
            }
            return wait(receiver)
        }
        connect(to: endpoint, for: receiver)
    }

    private func wait(_ receiver: any UpstreamReceiver) {
        let until = loop.now + policy.pendingTimeout
        pending.append(Waiting(receiver: receiver, until: until))
        if !pendingTimer.isArmed { pendingTimer.arm(on: loop, at: until) }
    }

    private func failThoseThatWaitedTooLong() {
        while let first = pending.first, first.until <= loop.now {
            pending.removeFirst()
            first.receiver.upstreamFailed(.pendingTimeout)
        }
        if let first = pending.first { pendingTimer.arm(on: loop, at: first.until) }
    }

    /// The receiver no longer waits.
    package func forget(_ receiver: any UpstreamReceiver) {
        pending.removeAll { $0.receiver === receiver }
        connecting.first { $0.isConnecting(for: receiver) }?.cancel()
    }

    private func choose() -> Endpoint? {
        switch endpoints.count {
        case 0: return nil
        case 1: return endpoints[0]
        default: break
        }
        let candidates = unreachable.isEmpty ? endpoints : reachable
        switch policy.balance {
        case .roundRobin: return Balancer.roundRobin(candidates)
        case .leastRequest: return Balancer.leastRequest(candidates, random: loop.random)
        }
    }

    /// Endpoints that are not known to be unreachable, or all when there would be none.
    private var reachable: [Endpoint] {
        unreachable.removeAll { $0.until <= loop.now }
        let others = endpoints.filter { endpoint in
            endpoint.weight > 0 && !unreachable.contains { $0.endpoint === endpoint }
        }
        return others.isEmpty ? endpoints : others
    }

    private func anyIdle() -> HTTP1Client? {
        for endpoint in endpoints {
            if let connection = endpoint.idle.popLast() { return connection }
        }
        return nil
    }

    private func connect(to endpoint: Endpoint, for receiver: any UpstreamReceiver) {
        receiver.upstreamChosen(endpoint.name)
        do throws(SystemError) {
            let (socket, inProgress) = try StreamSocket.connect(to: endpoint.address)
            let connection = HTTP1Client(socket, endpoint: endpoint, cluster: self)
            open += 1
            endpoint.open += 1
            counters.connected += 1
            if inProgress { connecting.append(connection) }
            try connection.start(receiver, inProgress: inProgress)
        } catch {
            connectFailed(endpoint)
            receiver.upstreamFailed(.connectFailed)
        }
    }

    // MARK: Connections coming back

    func madeConnection(_ connection: HTTP1Client) { connecting.removeAll { $0 === connection } }

    /// How long an endpoint is passed over after a connection to it failed.
    private static let avoidance = Interval.seconds(1)

    func connectFailed(_ endpoint: Endpoint) {
        counters.connectFailed += 1
        unreachable.removeAll { $0.endpoint === endpoint }
        unreachable.append((endpoint, loop.now + Self.avoidance))
    }

    /// The connection has finished a request and can carry another.
    func release(_ connection: HTTP1Client) {
        if connection.endpoint.isRetired { return connection.closeIdle() }
        if !pending.isEmpty {
            let next = pending.removeFirst().receiver
            counters.reused += 1
            return connection.assign(next)
        }
        connection.idleSince = loop.now
        connection.endpoint.idle.append(connection)
        if !sweep.isArmed { sweep.arm(on: loop, at: loop.now + policy.idleTimeout) }
    }

    /// The connection is closed.
    func closed(_ connection: HTTP1Client) {
        connecting.removeAll { $0 === connection }
        open -= 1
        connection.endpoint.open -= 1
        if !pending.isEmpty && open < policy.connections {
            acquire(pending.removeFirst().receiver)
        }
    }

    func dropIdle(_ connection: HTTP1Client) {
        connection.endpoint.idle.removeAll { $0 === connection }
    }

    /// Closes connections that nobody has used for a while.
    package func timerFired(_ timer: LoopTimer) {
        if timer === pendingTimer { return failThoseThatWaitedTooLong() }
        var next = MonotonicTime.never
        for endpoint in endpoints {
            let expired = endpoint.idle.prefix { $0.idleSince + policy.idleTimeout <= loop.now }
            endpoint.idle.removeFirst(expired.count)
            for connection in expired { connection.closeIdle() }
            if let oldest = endpoint.idle.first {
                next = min(next, oldest.idleSince + policy.idleTimeout)
            }
        }
        if next != .never { sweep.arm(on: loop, at: next) }
    }
}

/// What has happened on a cluster's connections, counted by one worker.
package struct ClusterCounters: Sendable {
    package var connected: UInt64 = 0
    package var connectFailed: UInt64 = 0
    package var reused: UInt64 = 0
    package var overflowed: UInt64 = 0
}
