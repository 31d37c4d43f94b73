internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// One downstream HTTP/1 connection: requests in, responses out, one exchange at a time.
///
/// Pipelined requests wait in the input until the response before theirs is complete. Everything
/// that ends an exchange happens at the top of an event or at the end of the loop's turn, never
/// inside a call that came from the exchange.
final class HTTP1Server: EventHandler, TimerTarget, TurnJob {
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
    let wire: HTTP1Wire
    var policy: ListenerPolicy
    private let peer: SocketAddress?
    private let peerText: ByteString?

    private(set) var state = State.idle
    private var exchange: Exchange?
    private var parser: RequestParser
    private var decoder: BodyDecoder
    private var requests = 0

    /// Whether the response has been written to its end.
    var isResponseEnded = false
    /// Whether the connection ends with this response.
    var mustClose = false
    /// Whether the response is cut off.
    var mustReset = false
    var isTunnel = false
    /// Whether the last request had a body that fills more than a standard buffer: the next one on
    /// the connection is read into a large one from the start.
    private var expectsBulk = false
    /// Whether the response has no body whatever its fields say (RFC 9110, section 6.4.1).
    private var isBodiless = false
    /// The connection's place among the acceptor's.
    var slot = 0
    private var isScheduled = false
    private lazy var timer = LoopTimer(self)

    init(_ socket: StreamSocket, peer: SocketAddress?, acceptor: Acceptor) {
        self.socket = socket
        self.acceptor = acceptor
        self.peer = peer
        worker = acceptor.worker
        policy = acceptor.policy
        peerText = peer?.ip.map { ByteString($0.description) }
        wire = HTTP1Wire(socket, loop: worker.loop)
        parser = RequestParser(limits: policy.limits, paths: policy.paths)
        decoder = BodyDecoder(.none, limits: policy.limits)
    }

    var loop: EventLoop { worker.loop }

    func start() throws(SystemError) {
        try loop.watch(socket.descriptor, self)
        timer.arm(on: loop, at: loop.now + policy.timeouts.header)
    }

    /// Reads without waiting to be told: a new connection's request is mostly there already.
    func readAtOnce() {
        wire.isReadable = true
        pump()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.readable, .hangup, .error]) { wire.isReadable = true }
        if !readiness.isDisjoint(with: [.hangup, .error]) { wire.isHungUp = true }
        if readiness.contains(.writable) && wire.isBlocked {
            wire.becameWritable()
            wire.flush()
            if !wire.isBlocked { exchange?.downstreamWritable() }
            schedule()
        }
        if state == .responding && wire.isHungUp && !isTunnel { return clientGone() }
        if wire.isReadable { pump() }
    }

    func runAfterTurn() {
        isScheduled = false
        guard state != .closed else { return }
        wire.flush()
        if wire.isBroken { return clientGone() }
        if mustReset { return close(aborting: "response_cut_off") }
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

    /// Works on received bytes; false when it can get no further with them.
    private func process(_ input: ByteBuffer) -> Bool {
        switch state {
        case .idle, .head: return processHead(input)
        case .body: return processBody(input)
        case .lingering:
            input.clear()
            return false
        case .responding, .closed: return false
        }
    }

    private func processHead(_ input: ByteBuffer) -> Bool {
        let exchange = self.exchange ?? takeExchange()
        switch parser.parse(input.bytes, into: exchange.request) {
        case .needMore:
            if state == .idle {
                state = .head
                timer.arm(on: loop, at: loop.now + policy.timeouts.header)
            }
            wire.growInput(limit: policy.limits.headBytes)
            return false
        case .failed(let problem):
            refuse(problem)
            return false
        case .complete(let count):
            input.consume(count)
            begin(exchange)
            return true
        }
    }

    private func takeExchange() -> Exchange {
        policy = acceptor.policy
        let exchange = worker.takeExchange()
        exchange.prepare(sink: self, listener: policy)
        self.exchange = exchange
        return exchange
    }

    /// The head is complete.
    private func begin(_ exchange: Exchange) {
        requests += 1
        isResponseEnded = false
        let isLast = policy.requestsPerConnection > 0 && requests >= policy.requestsPerConnection
        mustClose = !parser.keepAlive || isLast || worker.isDraining
        let stream = exchange.stream
        stream.peerAddress = peer?.ip
        stream.peerPort = peer?.port ?? 0
        stream.peerText = peerText
        stream.clientAddress = ForwardingFields.clientAddress(
            stream.request.headers, peer: peer?.ip, trustedHops: policy.forwarding.trustedHops)
        decoder = BodyDecoder(parser.framing, limits: policy.limits)
        var facts = RequestFacts()
        facts.expectsContinue = parser.expectsContinue
        switch parser.framing {
        case .none, .length(0):
            state = .responding
            expectsBulk = false
        case .length(let count):
            facts.length = count
            state = .body
            expectsBulk = count > BufferPool.standardSize
        case .chunked, .untilClose:
            facts.length = nil
            state = .body
        }
        facts.wantsUpgrade =
            parser.upgrade && facts.length == 0 && policy.allowsUpgrade(stream.request)
        if let refusal = policy.refusal(of: stream.request) { return exchange.refuse(refusal) }
        exchange.start(facts)
    }

    private func processBody(_ input: ByteBuffer) -> Bool {
        guard let exchange else { return false }
        switch decoder.next(input.bytes) {
        case .data(let skip, let count):
            input.consume(skip)
            let taken = exchange.requestBody(input.bytes.extracting(0..<count))
            decoder.consume(taken)
            input.consume(taken)
            // The end may follow without another byte.
            return taken == count && processBody(input)
        case .needMore(let skip):
            input.consume(skip)
            return false
        case .end(let skip):
            input.consume(skip)
            state = .responding
            exchange.requestEnded(decoder.trailers)
            if isResponseEnded { schedule() }
            return true
        case .failed(let problem):
            badBody(problem)
            return false
        }
    }

    private func badBody(_ problem: ProtocolProblem) {
        mustClose = true
        state = .lingering
        exchange?.respond(LocalResponse(status: problem.status, cause: problem.cause))
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
    private func refuse(_ problem: ProtocolProblem) {
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
        wire.close()
        if let exchange {
            self.exchange = nil
            exchange.abort(cause: cause ?? "connection_closed")
        }
        acceptor.closed(self)
    }
}

extension HTTP1Server: ResponseSink {
    func sendInformational(_ head: ResponseHead) {
        HeadWriter.response(
            head, framing: .none, keepAlive: true, version: .http11, upgrade: false, date: nil,
            to: wire.head)
        schedule()
    }

    func sendHead(_ head: ResponseHead, length: Int64?, upgraded: Bool, mustClose: Bool) {
        guard let request = exchange?.request else { return }
        // The rest of a request that came too slowly is not waited for (RFC 9110, section 15.5.9).
        if state == .body && (mustClose && !canDrain || head.status == 408) {
            self.mustClose = true
        }
        if upgraded { becomeTunnel() }
        isBodiless =
            !upgraded
            && (request.method == .head || head.status < 200 || head.status == 204
                || head.status == 304)
        let framing = framing(length: length, upgraded: upgraded, request)
        HeadWriter.response(
            head, framing: framing, keepAlive: !self.mustClose, version: request.version,
            upgrade: upgraded, date: loop.clock.httpDate, to: wire.head)
        wire.startBody(isBodiless ? .none : framing)
        schedule()
    }

    /// How the response's body goes to the client (RFC 9112, section 6.3).
    private func framing(length: Int64?, upgraded: Bool, _ request: RequestHead) -> BodyFraming {
        if upgraded { return .untilClose }
        if isBodiless {
            // What a GET would have had may be told; what an upstream told stays in its field.
            if request.method == .head, let length, length > 0 { return .length(length) }
            return .none
        }
        if let length { return .length(length) }
        guard request.version == .http10 else { return .chunked }
        mustClose = true
        return .untilClose
    }

    /// Whether the rest of the request is short enough to be read and dropped.
    private var canDrain: Bool {
        if case .length(let count) = parser.framing { return count <= 64 * 1024 }
        return false
    }

    private func becomeTunnel() {
        isTunnel = true
        mustClose = true
        decoder = BodyDecoder(.untilClose, limits: policy.limits)
        state = .body
        exchange?.requestBecomesTunnel()
    }

    func sendBody(_ bytes: Span<UInt8>) -> Int {
        if isBodiless { return bytes.count }
        schedule()
        return wire.sendBody(bytes)
    }

    func sendEnd(_ trailers: borrowing HeaderMap) {
        wire.sendEnd(trailers)
        isResponseEnded = true
        schedule()
    }

    func reset() {
        mustReset = true
        schedule()
    }

    func resumeRequest() { schedule() }
}
