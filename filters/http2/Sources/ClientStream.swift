internal import WeirBase
internal import WeirFilter

/// One request to an endpoint and its response.
final class ClientStream: Stream {
    let connection: ClientConnection
    /// Who asked, until everything has been told.
    var receiver: (any UpstreamReceiver)?
    /// Why there is no response, when that is known here.
    var failure: UpstreamFailure?
    /// The protocol to which the client wants to switch, and the key of its handshake.
    var upgrade: ByteString?
    var handshakeKey: ByteString?
    /// A head that waits for the peer's settings.
    var waitingHead: FieldBlock?
    private var isHeadStarted = false
    /// Whether the endpoint has agreed to the tunnel that was asked for.
    private(set) var isTunnel = false
    private var hasHead = false
    private var fieldCount = 0
    private var interimCount = 0

    /// More interim responses than these are no use to anybody.
    private static let maxInterim = 20

    init(_ connection: ClientConnection) {
        self.connection = connection
        super.init(connection)
    }

    override func reuse() {
        super.reuse()
        receiver = nil
        failure = nil
        upgrade = nil
        handshakeKey = nil
        waitingHead = nil
        isHeadStarted = false
        isTunnel = false
        hasHead = false
        fieldCount = 0
        interimCount = 0
    }

    // MARK: The response's head

    override func headBegins() {
        fieldCount = 0
        guard let receiver, !hasHead else { return }
        receiver.upstreamResponse.clear()
        receiver.upstreamResponse.version = .http2
    }

    override func fieldReceived(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard let receiver, !isReset else { return }
        let limits = connection.host.limits
        if hasHead {
            if !addTrailer(name, value, bytes: connection.headBytes, count: limits.fieldCount) {
                fail("upstream_trailers_too_large")
            }
            return
        }
        if name[0] == UInt8(ascii: ":") {
            // The only one that a response has; the library has checked it.
            receiver.upstreamResponse.status = value.decimal ?? 0
            return
        }
        fieldCount += 1
        let size = connection.scratch.count + name.count + value.count
        guard fieldCount <= limits.fieldCount else { return fail("upstream_too_many_headers") }
        guard size <= connection.headBytes, name.count <= UInt16.max else {
            return fail("upstream_headers_too_large")
        }
        connection.parsed(name, value, into: &receiver.upstreamResponse.headers)
    }

    override func headEnded(isLast: Bool) {
        connection.hasAnswered = true
        guard let receiver, !isReset else { return }
        if hasHead {
            finishTrailers()
            return ended()
        }
        let head = receiver.upstreamResponse
        let scratch = connection.scratch
        head.headers.adoptParsed(scratch.bytes)
        guard head.status >= 200 else {
            interimCount += 1
            guard interimCount <= Self.maxInterim else { return fail("upstream_too_many_interim") }
            return receiver.upstreamInformational()
        }
        hasHead = true
        let isUpgraded = upgrade != nil && head.status < 300
        if isUpgraded {
            isTunnel = true
            restoreHandshake(head)
        }
        isPeerEnded = isLast
        let framing = framing(of: head, isLast: isLast, isUpgraded: isUpgraded, receiver)
        receiver.upstreamHead(framing: framing, upgraded: isUpgraded)
        if isLast { ended() }
    }

    /// How the body's end is found.
    private func framing(
        of head: ResponseHead, isLast: Bool, isUpgraded: Bool, _ receiver: any UpstreamReceiver
    ) -> BodyFraming {
        if isUpgraded { return .untilClose }
        if isLast || receiver.upstreamMethod == .head || head.status == 204 || head.status == 304 {
            return .none
        }
        return Self.length(head.headers).map { .length(Int64($0)) } ?? .chunked
    }

    private static func length(_ headers: borrowing HeaderMap) -> Int? {
        guard let index = headers.index(of: .contentLength) else { return nil }
        return headers.value(at: index).decimal
    }

    /// Makes the answer to an extended CONNECT that of the HTTP/1 handshake it stands for.
    private func restoreHandshake(_ head: ResponseHead) {
        head.status = 101
        head.headers.set(.connection, Self.upgradeWord.span)
        if let upgrade { head.headers.set(.upgrade, upgrade.span) }
        if let handshakeKey, let name = HeaderName(WebSocketKey.answerField.description) {
            let answer = WebSocketKey.answer(to: handshakeKey.span)
            head.headers.set(name, answer.span)
        }
    }

    private static let upgradeWord: StaticString = "upgrade"

    // MARK: The response's body

    override func offer(_ bytes: Span<UInt8>) -> Int {
        guard let receiver else { return bytes.count }
        return receiver.upstreamBody(bytes)
    }

    override func deliverEnd() {
        guard let receiver else { return }
        self.receiver = nil
        // What is still to be sent of the request has nobody to send it to.
        if !isEndSent { reset(ErrorCode.cancel) }
        if isClosed { connection.queue(self) }
        receiver.upstreamEnd(receivedTrailers)
    }

    override func tellWritable() { receiver?.upstreamWritable() }

    // MARK: The end

    override func settle() {
        // The response is complete, but its receiver has not taken all of it.
        if isClosed && isPeerEnded && !isEndDelivered && receiver != nil && failure == nil {
            return offerAgain()
        }
        super.settle()
    }

    override func deliverClose() {
        guard let receiver else { return }
        self.receiver = nil
        receiver.upstreamFailed(failure ?? closeFailure)
    }

    /// Gives the stream up and tells the receiver later.
    func fail(_ cause: StaticString) {
        failure = UpstreamFailure(status: 502, cause: cause)
        if id == 0 { isClosed = true }
        reset(ErrorCode.cancel)
        connection.queue(self)
        connection.settleSoon()
    }

    private var closeFailure: UpstreamFailure {
        if connection.isGone {
            if hasHead { return .truncated }
            if let cause = connection.cause { return UpstreamFailure(status: 502, cause: cause) }
            return connection.hasAnswered ? .stale : .closedEarly
        }
        if closeCode == ErrorCode.refusedStream {
            return UpstreamFailure(status: 502, cause: "upstream_reset", retry: .always)
        }
        if isResetByPeer { return .reset }
        return UpstreamFailure(status: 502, cause: "upstream_http2_stream_error")
    }
}
