internal import Logging
internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirRuntime

/// One listener on one worker: accepts connections and knows those that are open.
final class Acceptor: EventHandler, TimerTarget {
    let worker: Worker
    private(set) var policy: ListenerPolicy
    private let socket: ListeningSocket
    private(set) var connections: [any DownstreamConnection] = []
    private var isPaused = false
    private var isStopped = false
    private lazy var timer = LoopTimer(self)

    init(_ socket: ListeningSocket, policy: ListenerPolicy, worker: Worker) {
        self.socket = socket
        self.policy = policy
        self.worker = worker
    }

    func start() {
        do throws(SystemError) {
            try worker.loop.watchAccepting(socket.descriptor, self)
        } catch {
            worker.shared.log.error("cannot watch listener \(policy.name): \(error)")
        }
    }

    /// How many connections are accepted before others get their turn. The loop tells again of
    /// those that are left, so asking until there is none would waste a call; more are taken at
    /// once as long as there are more.
    private var acceptsPerTurn = 1
    private static let mostAcceptsPerTurn = 64

    func ready(_ readiness: Readiness) {
        for _ in 0..<acceptsPerTurn {
            switch socket.accept() {
            case .accepted(let socket, let peer): accepted(socket, peer)
            case .wouldBlock:
                acceptsPerTurn = max(1, acceptsPerTurn / 2)
                return
            case .retry: continue
            case .exhausted(let errno): return pause(errno)
            case .failed(let errno):
                worker.shared.log.error("accept on \(policy.name) failed: error \(errno)")
                return
            }
        }
        acceptsPerTurn = min(acceptsPerTurn * 2, Self.mostAcceptsPerTurn)
    }

    private func accepted(_ socket: StreamSocket, _ peer: SocketAddress?) {
        let shard = worker.shard
        shard.add(policy.metrics + ListenerMetric.connections)
        guard worker.shared.admit(to: policy) else {
            shard.add(policy.metrics + ListenerMetric.refusedConnections)
            return socket.close()
        }
        do throws(SystemError) {
            if policy.connection.isPlain {
                let connection = HTTP1Server(
                    socket, wire: Wire(socket, loop: worker.loop),
                    client: ClientFacts(peer, security: nil), acceptor: self)
                try connection.start()
                add(connection)
                connection.readAtOnce()
            } else {
                let greeting = Greeting(socket, peer: peer, acceptor: self)
                try worker.loop.watch(socket.descriptor, greeting)
                add(greeting)
                greeting.start()
            }
        } catch {
            worker.shared.leave(policy)
            socket.close()
        }
    }

    private func add(_ connection: any DownstreamConnection) {
        worker.shard.add(policy.metrics + ListenerMetric.openConnections)
        connection.slot = connections.count
        connections.append(connection)
    }

    /// One connection takes the place of another that has come to know what the client speaks.
    func replace(_ old: any DownstreamConnection, with new: any DownstreamConnection) {
        new.slot = old.slot
        connections[new.slot] = new
    }

    func closed(_ connection: any DownstreamConnection) {
        worker.shard.subtract(policy.metrics + ListenerMetric.openConnections)
        worker.shared.leave(policy)
        let last = connections.removeLast()
        if last !== connection {
            connections[connection.slot] = last
            last.slot = connection.slot
        }
        if isPaused { resume() }
    }

    // MARK: Running out of descriptors

    /// Accepts nothing until a connection closes or a moment has passed.
    private func pause(_ errno: Int32) {
        guard !isPaused else { return }
        isPaused = true
        worker.shard.add(policy.metrics + ListenerMetric.acceptPauses)
        worker.shared.log.warning(
            "listener \(policy.name) pauses accepting: \(SystemError.reason(errno))"
        )
        worker.loop.pauseAccepting(socket.descriptor)
        timer.arm(on: worker.loop, at: worker.loop.now + .milliseconds(250))
    }

    private func resume() {
        guard isPaused && !isStopped else { return }
        isPaused = false
        timer.cancel()
        worker.loop.resumeAccepting(socket.descriptor)
        worker.shared.log.notice("listener \(policy.name) accepts again")
    }

    func timerFired(_ timer: LoopTimer) { resume() }

    /// Takes over a new configuration. Connections that were made under other rules, such as
    /// another authority for client certificates, end once their requests are done.
    func follow(_ next: ListenerPolicy) {
        let isSame = next.connection.key == policy.connection.key
        policy = next
        guard !isSame else { return }
        for connection in connections { connection.closeIfIdle() }
    }

    // MARK: Stopping

    /// Accepts no more; connections close when their present request is done.
    func stop() {
        guard !isStopped else { return }
        isStopped = true
        timer.cancel()
        worker.loop.unwatch(socket.descriptor)
        socket.close()
        for connection in connections { connection.closeIfIdle() }
    }

    func closeAll() {
        stop()
        while let connection = connections.last { connection.close(aborting: "drain_deadline") }
    }
}
