internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// One downstream HTTP/1 connection: requests in, responses out, one exchange at a time.
///
/// Pipelined requests wait in the input until the response before theirs is complete. Everything
/// that ends an exchange happens at the top of an event or at the end of the loop's turn, never
/// inside a call that came from the exchange.
final class HTTP1Server: EventHandler, TimerTarget, TurnJob, DownstreamConnection {
    enum State {
        /// Between requests.
        case idle
        /// Part of a head has arrived.
        case head
        /// The head is complete, the body is not.
        case body
        /// The request is complete; its response is on its way.
        case responding
        /// The last response is out; what the client still sends is read and dropped.
        case lingering
        case closed
    }

    let worker: Worker
    let acceptor: Acceptor
    let socket: StreamSocket
    let wire: Wire
    var policy: ListenerPolicy
    let client: ClientFacts

    var state = State.idle
    var exchange: Exchange?
    var parser: RequestParser
    var decoder: BodyDecoder
    var requests = 0

    /// Whether the response has been written to its end.
    var isResponseEnded = false
    /// Whether the connection ends with this response.
    var mustClose = false
    /// How the response is cut off, once it is.
    var manner: CutOff?
    var isTunnel = false
    /// Whether the last request had a body that fills more than a standard buffer: the next one on
    /// the connection is read into a large one from the start.
    var expectsBulk = false
    /// Whether the response has no body whatever its fields say (RFC 9110, section 6.4.1).
    var isBodiless = false
    /// The connection's place among the acceptor's.
    var slot = 0
    private var isScheduled = false
    lazy var timer = LoopTimer(self)

    init(_ socket: StreamSocket, wire: Wire, client: ClientFacts, acceptor: Acceptor) {
        self.socket = socket
        self.wire = wire
        self.acceptor = acceptor
        self.client = client
        worker = acceptor.worker
        policy = acceptor.policy.policy(for: client)
        parser = RequestParser(limits: policy.limits, paths: policy.paths)
        decoder = BodyDecoder(.none, limits: policy.limits)
    }

    var loop: EventLoop { worker.loop }

    func start() throws(SystemError) {
        try loop.watch(socket.descriptor, self)
        timer.arm(on: loop, at: loop.now + policy.timeouts.header)
    }

    /// Takes over a connection whose socket is watched already, and what was read from it.
    func takeOver() {
        loop.rewatch(socket.descriptor, self)
        timer.arm(on: loop, at: loop.now + policy.timeouts.header)
        pump()
    }

    /// Reads without waiting to be told: a new connection's request is mostly there already.
    func readAtOnce() {
        wire.isReadable = true
        pump()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        wire.note(readiness)
        if readiness.contains(.writable) && wire.isBlocked {
            wire.becameWritable()
            wire.flush()
            if !wire.isBlocked { exchange?.downstreamWritable() }
            schedule()
        }
        // A reset leaves nobody to answer, even if part of the body still waits to be taken.
        let isReset = state == .body && readiness.contains(.error)
        if state == .responding && wire.isHungUp || isReset, !isTunnel { return clientGone() }
        if wire.isReadable { pump() }
    }

    func runAfterTurn() {
        isScheduled = false
        guard state != .closed else { return }
        wire.flush()
        if wire.isBroken { return clientGone() }
        if let manner { return cutOffNow(manner) }
        if isResponseEnded && wire.isFlushed { finishExchange() }
        if state != .closed { pump() }
    }

    func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        loop.afterTurn(self)
    }

    func timerFired(_ timer: LoopTimer) {
        switch state {
        case .idle, .lingering: close()
        case .head:
            worker.shard.add(policy.metrics + ListenerMetric.headerTimeouts)
            refuse(ProtocolProblem(status: 408, cause: "header_timeout"))
        case .body, .responding, .closed: break
        }
    }

    // MARK: Receiving

    private static let readsPerTurn = 16

    /// Reads and works on requests as far as they go.
    private func pump() {
        var reads = 0
        pumping: while state != .closed {
            if let input = wire.input, !input.isEmpty {
                if process(input) { continue }
                if state == .responding || exchange?.requestRelay.isSourceBlocked ?? false { break }
            } else if state == .responding && !wire.isHungUp {
                break
            }
            guard wire.isReadable else { break }
            reads += 1
            if reads > Self.readsPerTurn {
                schedule()
                break
            }
            switch wire.fill(bulk: state == .body || expectsBulk) {
            case .bytes: continue
            case .wouldBlock: break pumping
            case .end, .closed: return inputEnded()
            }
        }
        wire.releaseInput()
    }

    private func inputEnded() {
        wire.discardInput()
        switch state {
        case .idle, .lingering: close()
        case .head: close()
        case .body where isTunnel && !wire.isBroken:
            state = .responding
            exchange?.requestEnded(HeaderMap())
        case .responding where isTunnel && !wire.isBroken: break
        case .body, .responding: clientGone()
        case .closed: break
        }
    }

    // MARK: Ending

    /// Answers a request that is no HTTP.
    func refuse(_ problem: ProtocolProblem) {
        timer.cancel()
        worker.shard.add(policy.metrics + ListenerMetric.protocolErrors)
        let exchange = self.exchange ?? takeExchange()
        mustClose = true
        state = .lingering
        wire.discardInput()
        exchange.refuse(LocalResponse(status: problem.status, cause: problem.cause))
    }

    private func clientGone() {
        worker.shard.add(policy.metrics + ListenerMetric.clientAborts)
        close(aborting: "client_closed")
    }

    /// The response is out: go on with the next request or end the connection.
    private func finishExchange() {
        guard let finished = exchange else { return }
        // The rest of a short request is dropped, so that the connection can go on.
        if state == .body && !mustClose && canDrain { return }
        exchange = nil
        isResponseEnded = false
        finished.finish()
        if mustClose || isTunnel || state == .body {
            linger()
        } else {
            state = .idle
            timer.arm(on: loop, at: loop.now + policy.timeouts.keepAlive)
        }
    }

    /// Nothing follows what has been sent. A client that is still sending gets to read that:
    /// closing with bytes unread would reset the connection.
    private func cutOffNow(_ manner: CutOff) {
        guard manner == .close, wire.isFlushed, let cut = exchange else {
            return close(aborting: "response_cut_off")
        }
        exchange = nil
        self.manner = nil
        cut.abort(cause: "response_cut_off")
        linger()
    }

    /// Ends our side and waits a little for the client's, so that it gets to read the response.
    private func linger() {
        // With the request read to its end, nothing is left that a close could cut off.
        let isAllRead = state == .responding && wire.input == nil && !wire.isReadable
        if wire.isHungUp || isTunnel || isAllRead { return close() }
        state = .lingering
        wire.discardInput()
        wire.transport.shutdownWrite()
        timer.arm(on: loop, at: loop.now + policy.timeouts.linger)
    }

    /// Ends the connection because it is unused or the worker stops.
    func closeIfIdle() {
        mustClose = true
        if state == .idle { close() }
    }

    func close(aborting cause: StaticString? = nil) {
        guard state != .closed else { return }
        state = .closed
        timer.cancel()
        loop.unwatch(socket.descriptor, closing: true)
        if manner == .reset { socket.abort() }
        wire.close()
        if let exchange {
            self.exchange = nil
            exchange.abort(cause: cause ?? "connection_closed")
        }
        acceptor.closed(self)
    }
}
