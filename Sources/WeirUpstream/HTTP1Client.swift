package import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
package import WeirRuntime

/// One HTTP/1 connection to an endpoint; carries one request at a time.
package final class HTTP1Client: EventHandler, TurnJob {
    private enum State {
        case idle, awaitingHead, inBody, closed
    }

    let endpoint: Endpoint
    var idleSince = MonotonicTime(nanoseconds: 0)
    private let cluster: WorkerCluster
    private let socket: StreamSocket
    private let wire: Wire
    private var state = State.idle
    private var receiver: (any UpstreamReceiver)?
    private var parser: ResponseParser
    private var decoder: BodyDecoder
    private var uses = 0
    /// Whether the present request has been sent to its end.
    private var isRequestSent = false
    /// Whether any byte of the present response has arrived.
    private var hasAnswered = false
    private var isTunnel = false
    /// Whether the present request asks for another protocol.
    private var asksUpgrade = false
    /// Whether part of a response's head has been parsed into the receiver's.
    private var isHeadStarted = false
    /// Whether the end of the turn will find something to do here.
    private var isScheduled = false

    /// Takes over a connection that has just been made; whoever made it has the loop tell this
    /// object about the socket from here on.
    init(_ socket: StreamSocket, wire: Wire, endpoint: Endpoint, cluster: WorkerCluster) {
        self.socket = socket
        self.endpoint = endpoint
        self.cluster = cluster
        self.wire = wire
        parser = ResponseParser(limits: cluster.limits)
        decoder = BodyDecoder(.none, limits: cluster.limits, from: .upstream)
    }

    package var endpointName: String { endpoint.name }

    // MARK: Life

    /// Carries a request.
    func assign(_ receiver: any UpstreamReceiver) {
        self.receiver = receiver
        endpoint.active += 1
        state = .awaitingHead
        uses += 1
        isRequestSent = false
        hasAnswered = false
        receiver.upstreamReady(self)
    }

    /// Closes a connection that carries nothing.
    func closeIdle() { end() }

    private func end() {
        guard state != .closed else { return }
        state = .closed
        cluster.loop.unwatch(socket.descriptor, closing: true)
        wire.close()
        cluster.closed(endpoint)
    }

    private func fail(_ failure: UpstreamFailure) {
        let receiver = detach()
        end()
        receiver?.upstreamFailed(failure)
    }

    /// Lets go of the present request.
    private func detach() -> (any UpstreamReceiver)? {
        guard let leaving = receiver else { return nil }
        receiver = nil
        endpoint.active -= 1
        return leaving
    }

    // MARK: Events

    package func ready(_ readiness: Readiness) {
        wire.note(readiness)
        switch state {
        case .idle:
            if wire.isReadable && isSpoiled {
                cluster.dropIdle(self)
                end()
            }
        case .awaitingHead, .inBody:
            if readiness.contains(.writable) && wire.isBlocked {
                wire.becameWritable()
                if wire.flush() { receiver?.upstreamWritable() }
                if isTunnel { schedule() }
            }
            if wire.isReadable { pump() }
        case .closed: break
        }
    }

    /// Nothing is due on an unused connection: bytes or an end both spoil it. What a transport
    /// keeps for itself, such as TLS' session tickets, does not.
    private var isSpoiled: Bool {
        guard case .wouldBlock = wire.fill(bulk: false) else { return true }
        wire.releaseInput()
        return false
    }

    /// Sends what the turn has gathered and reads on where that was put off.
    package func runAfterTurn() {
        isScheduled = false
        guard state != .closed else { return }
        wire.flush()
        // What is still to be sent comes before the end; `ready` comes back here for it.
        if isTunnel && isRequestSent && wire.isFlushed { wire.transport.shutdownWrite() }
        if state == .awaitingHead || state == .inBody { pump() }
    }

    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        cluster.loop.afterTurn(self)
    }

    // MARK: Receiving

    /// How many reads one connection may do before others get their turn.
    private static let readsPerTurn = 16

    /// Reads and passes on until there is nothing more, or the receiver is full.
    private func pump() {
        var reads = 0
        pumping: while state == .awaitingHead || state == .inBody {
            if let input = wire.input, !input.isEmpty {
                hasAnswered = true
                guard process(input) else { break }
                continue
            }
            guard wire.isReadable else { break }
            reads += 1
            if reads > Self.readsPerTurn {
                schedule()
                break
            }
            switch wire.fill(bulk: state == .inBody) {
            case .bytes: continue
            case .wouldBlock: break pumping
            case .end: inputEnded()
            case .closed: connectionLost()
            }
        }
        wire.releaseInput()
    }

    /// Works on received bytes; false when it can get no further with them.
    private func process(_ input: ByteBuffer) -> Bool {
        guard let receiver else { return false }
        if state == .awaitingHead { return processHead(input, receiver) }
        // A loop, not a call of itself: tiny chunks must not decide how deep the stack gets.
        while true {
            switch decoder.next(input.bytes) {
            case .data(let skip, let count):
                input.consume(skip)
                let taken = receiver.upstreamBody(input.bytes.extracting(0..<count))
                guard state == .inBody else { return false }
                decoder.consume(taken)
                input.consume(taken)
                // The end may follow without another byte.
                if taken < count { return false }
            case .needMore(let skip):
                input.consume(skip)
                return readOn(input)
            case .end(let skip):
                input.consume(skip)
                finish()
                return false
            case .failed(let problem):
                fail(UpstreamFailure(status: 502, cause: problem.cause))
                return false
            }
        }
    }

    private func processHead(_ input: ByteBuffer, _ receiver: any UpstreamReceiver) -> Bool {
        let head = receiver.upstreamResponse
        if !isHeadStarted { head.clear() }
        isHeadStarted = true
        let isHead = receiver.upstreamMethod == .head
        switch parser.parse(input.bytes, into: head, requestMethod: isHead ? .head : .get) {
        case .needMore:
            wire.growInput(limit: cluster.limits.headBytes)
            return readOn(input)
        case .failed(let problem):
            fail(UpstreamFailure(status: 502, cause: problem.cause))
            return false
        case .complete(let count):
            input.consume(count)
            isHeadStarted = false
            if head.status < 200 && head.status != 101 {
                receiver.upstreamInformational()
                return true
            }
            isTunnel = head.status == 101
            if isTunnel && !asksUpgrade { return failUnasked() }
            let framing = isTunnel ? .untilClose : parser.framing
            if isTunnel {
                startTunnel()
            } else {
                decoder = BodyDecoder(framing, limits: cluster.limits, from: .upstream)
                state = .inBody
            }
            receiver.upstreamHead(framing: framing, upgraded: isTunnel)
            if framing == .none || framing == .length(0) {
                if state == .inBody { finish() }
                return false
            }
            return state == .inBody
        }
    }

    /// The upstream changes to a protocol that nobody asked for (RFC 9110, section 15.2.2): what
    /// follows is no HTTP, and the client would take it for some.
    private func failUnasked() -> Bool {
        fail(UpstreamFailure(status: 502, cause: "upstream_unexpected_upgrade"))
        return false
    }

    /// Whether another read may bring what is missing.
    private func readOn(_ input: ByteBuffer) -> Bool {
        guard wire.isReadable else { return false }
        switch wire.fill(bulk: state == .inBody) {
        case .bytes: return true
        case .wouldBlock: return false
        case .end: inputEnded()
        case .closed: connectionLost()
        }
        return false
    }

    /// The response is complete.
    private func finish() {
        let isReusable =
            parser.keepAlive && isRequestSent && !isTunnel && wire.input?.isEmpty ?? true
            && !wire.isHungUp && wire.isFlushed && !wire.isBroken
            && (cluster.policy.requestsPerConnection == 0
                || uses < cluster.policy.requestsPerConnection)
        let leaving = detach()
        if isReusable {
            state = .idle
            wire.releaseInput()
            cluster.release(self)
        } else {
            end()
        }
        leaving?.upstreamEnd(decoder.trailers)
    }

    private func inputEnded() {
        if state == .inBody {
            guard case .end = decoder.endOfInput() else { return fail(.truncated) }
            return finish()
        }
        fail(uses > 1 && !hasAnswered ? stale : .closedEarly)
    }

    private var stale: UpstreamFailure { cluster.policy.retriesStale ? .stale : .staleForGood }

    private func connectionLost() {
        fail(state == .awaitingHead && uses > 1 && !hasAnswered ? stale : .reset)
    }
}

extension HTTP1Client: UpstreamStream {
    package func sendHead(_ head: RequestHead, framing: BodyFraming, upgrade: Bool) {
        HeadWriter.request(head, framing: framing, upgrade: upgrade, to: wire.head)
        wire.startBody(framing)
        asksUpgrade = upgrade
        isRequestSent = framing == .none
        schedule()
    }

    package func startTunnel() {
        isTunnel = true
        isRequestSent = false
        wire.startBody(.untilClose)
        decoder = BodyDecoder(.untilClose, limits: cluster.limits, from: .upstream)
        state = .inBody
    }

    package func sendBody(_ bytes: Span<UInt8>) -> Int {
        schedule()
        return wire.sendBody(bytes)
    }

    package func sendEnd(_ trailers: borrowing HeaderMap) {
        isRequestSent = true
        if !isTunnel { wire.sendEnd(trailers) }
        schedule()
    }

    package func resumeResponse() { schedule() }

    package func cancel() {
        _ = detach()
        end()
    }
}
