internal import Logging
internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirRuntime

/// The beginning of a client's connection on a listener that has connection filters or codecs: the
/// filters have their say, handshakes are made, and the protocol is found out; then HTTP/1 or a
/// codec takes over.
final class Greeting: EventHandler, TimerTarget, DownstreamConnection {
    private let socket: StreamSocket
    private let peer: SocketAddress?
    private let acceptor: Acceptor
    private let policy: ListenerPolicy
    private var wire: Wire?
    private var handshake: Handshake?
    /// Whether the connection has failed and only waits for the client to read why.
    private var isLingering = false
    private lazy var timer = LoopTimer(self)
    var slot = 0

    init(_ socket: StreamSocket, peer: SocketAddress?, acceptor: Acceptor) {
        self.socket = socket
        self.peer = peer
        self.acceptor = acceptor
        policy = acceptor.policy
    }

    private var loop: EventLoop { acceptor.worker.loop }

    /// Asks the filters and goes as far as the client's first bytes allow. The socket is watched.
    func start() {
        let passage = policy.connection.pass(socket) { filter, transport in
            filter.accept(
                AcceptedConnection(
                    transport: transport, peer: peer, listener: policy.name,
                    protocols: policy.connection.protocols))
        }
        let transport: any Transport
        let held: [AnyObject]
        switch passage {
        case .refused(let cause, _): return fail(cause)
        case .through(let outermost, let objects): (transport, held) = (outermost, objects)
        }
        let wire = Wire(transport, loop: loop)
        wire.held = held
        self.wire = wire
        let handshake = Handshake(
            transport, loop: loop, limit: policy.timeouts.handshake
        ) { [unowned self] outcome in settled(outcome) }
        self.handshake = handshake
        loop.rewatch(socket.descriptor, handshake)
        handshake.advance()
    }

    private func settled(_ outcome: Handshake.Outcome) {
        handshake = nil
        switch outcome {
        case .timedOut: fail("handshake_timeout")
        case .failed(let failure):
            acceptor.worker.shared.log.debug(
                "handshake on \(policy.name) failed: \(failure.cause) \(failure.detail)")
            linger(failure.cause)
        case .done: choose()
        }
    }

    // MARK: The protocol

    private func choose() {
        guard let wire else { return }
        wire.isReadable = true
        let security = wire.transport.security
        if let security {
            let codec = policy.connection.codec(named: security.applicationProtocol)
            return serve(wire, security, codec)
        }
        if policy.connection.prefaces.isEmpty { return serve(wire, nil, nil) }
        // What the client says first tells what it speaks.
        timer.arm(on: loop, at: loop.now + policy.timeouts.header)
        loop.rewatch(socket.descriptor, self)
        look()
    }

    /// Reads until the first bytes are those of a preface or can be none.
    private func look() {
        guard let wire else { return }
        while true {
            if let input = wire.input, !input.isEmpty {
                switch policy.connection.recognise(input.bytes) {
                case .codec(let codec): return serve(wire, nil, codec)
                case .none: return serve(wire, nil, nil)
                case .undecided: break
                }
            }
            guard wire.isReadable else { return }
            switch wire.fill(bulk: false) {
            case .bytes: continue
            case .wouldBlock: return wire.releaseInput()
            case .end, .closed: return fail(nil)
            }
        }
    }

    func ready(_ readiness: Readiness) {
        if isLingering { return dropInput() }
        wire?.note(readiness)
        look()
    }

    func timerFired(_ timer: LoopTimer) {
        if isLingering { return fail(nil) }
        fail(wire?.input == nil ? nil : "preface_timeout")
    }

    private func serve(
        _ wire: Wire, _ security: ConnectionSecurity?, _ codec: (any CodecFactory)?
    ) {
        timer.cancel()
        self.wire = nil
        let client = ClientFacts(peer, security: security)
        let policy = policy.policy(for: client)
        if let codec {
            let server = CodecServer(
                socket, wire: wire, policy: policy, client: client, acceptor: acceptor)
            acceptor.replace(self, with: server)
            server.start(codec)
        } else {
            let server = HTTP1Server(socket, wire: wire, client: client, acceptor: acceptor)
            acceptor.replace(self, with: server)
            server.takeOver()
        }
    }

    // MARK: Ending

    /// Lets the client read what the transport has told it: to close while it still sends would
    /// reset the connection and destroy that.
    private func linger(_ cause: StaticString) {
        acceptor.worker.countConnectionFailure(cause)
        isLingering = true
        loop.rewatch(socket.descriptor, self)
        timer.arm(on: loop, at: loop.now + policy.timeouts.linger)
        dropInput()
    }

    /// Reads what is there, a bounded part at a time, until the client has closed.
    private func dropInput() {
        let buffer = loop.buffers.take()
        defer { loop.buffers.give(buffer) }
        for _ in 0..<16 {
            buffer.clear()
            switch socket.read(into: buffer) {
            case .bytes: continue
            case .wouldBlock: return
            case .end, .closed: return fail(nil)
            }
        }
        // No edge comes for what is left, and nobody has that much to say here.
        fail(nil)
    }

    /// Closes; a cause says why it did not end in order.
    private func fail(_ cause: StaticString?) {
        timer.cancel()
        handshake?.cancel()
        handshake = nil
        if let cause { acceptor.worker.countConnectionFailure(cause) }
        loop.unwatch(socket.descriptor, closing: true)
        if let wire { wire.close() } else { socket.close() }
        wire = nil
        acceptor.closed(self)
    }

    func closeIfIdle() {}

    func close(aborting cause: StaticString?) { fail(nil) }
}
