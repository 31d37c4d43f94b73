package import WeirBase
package import WeirConnection
package import WeirFilter
package import WeirHTTP
package import WeirRuntime

/// A cluster as one worker sees it: its endpoints, their connections and who waits for one.
package final class WorkerCluster: TimerTarget, TurnJob {
    package let name: String
    package let policy: ClusterPolicy
    /// What connections pass before requests do; a reload that changes nothing about it brings new
    /// factories, which new connections are made with.
    package internal(set) var plan: ConnectionPlan
    /// The first of the cluster's metrics.
    package let metrics: Int
    package private(set) var endpoints: [Endpoint] = []
    package internal(set) var counters = ClusterCounters()
    /// Open connections to all endpoints.
    package private(set) var open = 0
    /// Whether a host name of the cluster has not been resolved yet.
    package private(set) var isResolving = false
    /// Told of connections that failed other than by a refused or late `connect`: the cause, the
    /// endpoint, and what is known besides.
    package var onConnectionFailure: ((StaticString, String, String) -> Void)?

    /// Endpoints to which no connection could be made a moment ago: the others go first.
    private var unreachable: [(endpoint: Endpoint, until: MonotonicTime)] = []

    let loop: EventLoop
    let limits: HTTPLimits
    /// Whether a connection carries several requests at a time.
    let isShared: Bool
    var pending = WaitingLine()
    /// Connections being made.
    private var connecting: [Connecting] = []
    /// How many requests wait for one of those.
    var joined = 0
    /// Shared connections that take no more streams.
    var leaving: [CodecClient] = []
    /// Shared connections that may have room for those who wait. It is looked for at the end of the
    /// turn: codecs tell of room while they work, and nothing may be asked of them then.
    var announced: [CodecClient] = []
    /// Whether there may be room on any other, or for a new one.
    var mustLookEverywhere = false
    /// Whether the end of the turn will find something to do here.
    var isScheduled = false
    private lazy var sweep = LoopTimer(self)
    private lazy var pendingTimer = LoopTimer(self)

    package init(
        name: String, policy: ClusterPolicy, plan: ConnectionPlan = .plain, limits: HTTPLimits,
        metrics: Int, loop: EventLoop
    ) {
        self.name = name
        self.metrics = metrics
        self.policy = policy
        self.plan = plan
        self.limits = limits
        self.loop = loop
        isShared = !plan.codecs.isEmpty
    }

    /// Requests in flight.
    package var active: Int { endpoints.reduce(0) { $0 + $1.active } }

    /// Requests that wait for a connection.
    package var pendingCount: Int { isShared ? pending.count + joined : pending.count }

    /// Unused connections.
    package var idle: Int {
        endpoints.reduce(0) { sum, endpoint in
            sum + endpoint.idle.count + endpoint.shared.count { $0.streams == 0 }
        }
    }

    /// Connections that carry several requests at a time, those that are ending included.
    package var sharedConnections: Int {
        endpoints.reduce(leaving.count) { $0 + $1.shared.count }
    }

    /// Streams open on shared connections.
    package var streams: Int {
        endpoints.reduce(leaving.reduce(0) { $0 + $1.streams }) { sum, endpoint in
            endpoint.shared.reduce(sum) { $0 + $1.streams }
        }
    }

    // MARK: Configuration

    /// Whether the cluster can go on for a configuration that describes it so.
    package func fits(policy: ClusterPolicy, plan: ConnectionPlan, metrics: Int) -> Bool {
        self.policy == policy && self.plan.key == plan.key && self.metrics == metrics
    }

    /// Makes new connections as `plan` says, which has the same key as the plan before: the
    /// factories of that one end with its configuration.
    package func use(_ plan: ConnectionPlan) { self.plan = plan }

    /// Replaces the endpoints; those that stay keep their connections.
    package func update(_ addresses: [EndpointAddress]) {
        var old: [EndpointAddress.Identity: Endpoint] = [:]
        for endpoint in endpoints { old[endpoint.identity] = endpoint }
        endpoints = addresses.map { wanted in
            guard let known = old.removeValue(forKey: wanted.identity) else {
                return Endpoint(wanted)
            }
            known.weight = wanted.weight
            known.isGuest = false
            return known
        }
        for endpoint in old.values { retire(endpoint) }
        isResolving = false
        if !pending.isEmpty && isShared { lookEverywhere() }
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

    /// Closes unused connections and lets the others end after their requests.
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
        endpoint.making?.cancelIfUnwanted()
        let shared = endpoint.shared
        endpoint.shared.removeAll()
        for connection in shared { dismiss(connection) }
    }

    // MARK: Asking for a connection

    /// Finds a connection and calls the receiver's `upstreamReady`, now or later, or
    /// `upstreamFailed`.
    package func acquire(_ receiver: any UpstreamReceiver) {
        guard let endpoint = choose() else {
            return receiver.upstreamFailed(isResolving ? .unresolved : .noEndpoint)
        }
        if isShared { return acquireShared(receiver, at: endpoint) }
        if let connection = endpoint.idle.popLast() {
            counters.reused += 1
            return connection.assign(receiver)
        }
        guard open < policy.connections else {
            if let spare = anyIdle() { return spare.assign(receiver) }
            return wait(receiver)
        }
        connect(to: endpoint, for: receiver)
    }

    /// The same, at one endpoint: one of the cluster's, or another that one of them has named, as a
    /// node of a Redis Cluster does.
    package func acquire(_ receiver: any UpstreamReceiver, at address: SocketAddress) {
        let endpoint = endpoints.first { $0.address == address } ?? adopt(address)
        guard let endpoint else { return receiver.upstreamFailed(.noEndpoint) }
        if isShared { return acquireShared(receiver, only: endpoint) }
        if let connection = endpoint.idle.popLast() {
            counters.reused += 1
            return connection.assign(receiver)
        }
        guard open < policy.connections else { return receiver.upstreamFailed(.overflow) }
        connect(to: endpoint, for: receiver)
    }

    /// Takes in an endpoint of weight 0, which is asked only by its address. The next change of the
    /// cluster's endpoints forgets it; too many make room for each other once they have no
    /// connections.
    private func adopt(_ address: SocketAddress) -> Endpoint? {
        if endpoints.count(where: \.isGuest) >= Self.mostGuests {
            guard let unused = endpoints.firstIndex(where: { $0.isGuest && $0.open == 0 }) else {
                return nil
            }
            retire(endpoints.remove(at: unused))
        }
        let endpoint = Endpoint(EndpointAddress(address, weight: 0))
        endpoint.isGuest = true
        endpoints.append(endpoint)
        return endpoint
    }

    private static let mostGuests = 256

    /// Lets a request wait for a connection, or fails it when too many do.
    func wait(_ receiver: any UpstreamReceiver) {
        guard mayWait(receiver) else { return }
        let until = loop.now + policy.pendingTimeout
        pending.append(receiver, until: until)
        if !pendingTimer.isArmed { pendingTimer.arm(on: loop, at: until) }
    }

    /// Whether a request may wait for a connection; one that may not has been failed.
    func mayWait(_ receiver: any UpstreamReceiver) -> Bool {
        if pendingCount < policy.pending { return true }
        counters.overflowed += 1
        receiver.upstreamFailed(.overflow)
        return false
    }

    private func failThoseThatWaitedTooLong() {
        while let due = pending.due, due <= loop.now, let first = pending.popFirst() {
            first.upstreamFailed(.pendingTimeout)
        }
        if let due = pending.due { pendingTimer.arm(on: loop, at: due) }
    }

    /// The receiver no longer waits.
    package func forget(_ receiver: any UpstreamReceiver) {
        if pending.remove(receiver) { return }
        for making in connecting where making.remove(receiver) { return }
    }

    private func choose() -> Endpoint? {
        switch endpoints.count {
        case 0: return nil
        case 1: return endpoints[0]
        default: break
        }
        let mustSelect = !unreachable.isEmpty || endpoints[endpoints.count - 1].isGuest
        let candidates = mustSelect ? reachable : endpoints
        switch policy.balance {
        case .roundRobin: return Balancer.roundRobin(candidates)
        case .leastRequest: return Balancer.leastRequest(candidates, random: loop.random)
        }
    }

    /// Endpoints that are not known to be unreachable, or all when there would be none.
    var reachable: [Endpoint] {
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

    func connect(to endpoint: Endpoint, for receiver: any UpstreamReceiver) {
        receiver.upstreamChosen(endpoint.name)
        do throws(SystemError) {
            let (socket, inProgress) = try StreamSocket.connect(to: endpoint.address)
            let making = Connecting(socket, endpoint: endpoint, cluster: self)
            open += 1
            endpoint.open += 1
            counters.connected += 1
            making.slot = connecting.count
            connecting.append(making)
            if isShared { endpoint.making = making }
            making.add(receiver)
            making.start(inProgress: inProgress)
        } catch {
            connectFailed(endpoint)
            receiver.upstreamFailed(.connectFailed)
        }
    }

    // MARK: Connections coming back

    /// Nobody waits for the connection any more: it is made, or never will be.
    func left(_ making: Connecting) {
        let last = connecting.removeLast()
        guard last !== making else { return }
        last.slot = making.slot
        connecting[making.slot] = last
    }

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
        if let next = pending.popFirst() {
            counters.reused += 1
            return connection.assign(next)
        }
        connection.idleSince = loop.now
        connection.endpoint.idle.append(connection)
        becameIdle()
    }

    /// A connection to the endpoint is closed.
    func closed(_ endpoint: Endpoint) {
        open -= 1
        endpoint.open -= 1
        guard !pending.isEmpty, open < policy.connections else { return }
        if isShared { return lookEverywhere() }
        if let next = pending.popFirst() { acquire(next) }
    }

    func dropIdle(_ connection: HTTP1Client) {
        connection.endpoint.idle.removeAll { $0 === connection }
    }

    // MARK: Time

    /// A connection is unused from now on.
    func becameIdle() {
        if !sweep.isArmed { sweep.arm(on: loop, at: loop.now + policy.idleTimeout) }
    }

    /// Closes connections that nobody has used for a while.
    package func timerFired(_ timer: LoopTimer) {
        if timer === pendingTimer { return failThoseThatWaitedTooLong() }
        var next = sweepShared()
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
    package var handshakeFailed: UInt64 = 0
    package var reused: UInt64 = 0
    package var overflowed: UInt64 = 0
}
