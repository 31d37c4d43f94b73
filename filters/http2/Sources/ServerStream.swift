internal import WeirBase
internal import WeirFilter

/// One request of a client and its response.
final class ServerStream: Stream {
    let connection: ServerConnection
    /// The exchange behind the stream, from its first field until it is told that all is over.
    var receiver: (any RequestReceiver)?
    /// Whether the request is a CONNECT, or one in the guise of a GET (RFC 8441): what the client
    /// sends then waits until the response says whether there is a tunnel.
    private(set) var asksTunnel = false
    private(set) var isExtendedConnect = false
    /// Whether both bodies are a tunnel's bytes.
    var isTunnel = false
    /// Whether the response's head has been given.
    var hasResponse = false
    /// Whether the response has no body, whatever is given for one.
    var isBodiless = false
    var isHeadRequest = false

    init(_ connection: ServerConnection) {
        self.connection = connection
        super.init(connection)
    }

    override func reuse() {
        super.reuse()
        receiver = nil
        asksTunnel = false
        isExtendedConnect = false
        isTunnel = false
        hasResponse = false
        isBodiless = false
        isHeadRequest = false
    }

    // MARK: The head

    /// A field of the trailers; those of the head go to the connection, which has one at a time.
    override func fieldReceived(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        let limits = connection.host.limits
        guard isInTrailers, !isReset,
            !addTrailer(name, value, bytes: connection.headBytes, count: limits.fieldCount)
        else { return }
        reset(ErrorCode.enhanceYourCalm)
        connection.failIf(connection.guardian.largeHead(now: connection.host.now))
    }

    override func headEnded(isLast: Bool) {
        if isInTrailers {
            finishTrailers()
            return ended()
        }
        isInTrailers = true
        connection.head.receiver = nil
        guard let receiver, !isOver else { return }
        isPeerEnded = isLast
        if let problem = finishHead(receiver) ?? start(receiver) {
            asksTunnel = false
            receiver.refuse(problem)
        }
    }

    /// Gives the receiver what is known only now.
    private func finishHead(_ receiver: any RequestReceiver) -> ProtocolProblem? {
        let head = connection.head
        let method = head.method
        isHeadRequest = method.span.equals("HEAD")
        if let problem = head.problem { return problem }
        guard head.hasGoodScheme else {
            return ProtocolProblem(status: 400, cause: "unsupported_scheme")
        }
        let isConnect = method.span.equals("CONNECT")
        isExtendedConnect = isConnect && head.hasProtocol
        asksTunnel = isConnect
        if let problem = setTarget(receiver) { return problem }
        guard head.hasCookie else { return nil }
        let cookie = head.cookie
        return receiver.addField(Self.cookie.span, cookie.span)
    }

    private static let cookie: StaticString = "cookie"
    private static let get: ByteString = "GET"

    private func setTarget(_ receiver: any RequestReceiver) -> ProtocolProblem? {
        let head = connection.head
        let method = isExtendedConnect ? Self.get : head.method
        let authority = head.authority
        let path = head.path
        // Each form by itself: a choice between spans would outlive what they are spans of.
        switch (head.hasAuthority, head.hasPath) {
        case (true, true):
            return receiver.setTarget(
                method: method.span, authority: authority.span, path: path.span)
        case (true, false):
            return receiver.setTarget(method: method.span, authority: authority.span, path: nil)
        case (false, true):
            return receiver.setTarget(method: method.span, authority: nil, path: path.span)
        case (false, false):
            return receiver.setTarget(method: method.span, authority: nil, path: nil)
        }
    }

    private func start(_ receiver: any RequestReceiver) -> ProtocolProblem? {
        if isExtendedConnect {
            if let problem = addHandshake(receiver) { return problem }
            return receiver.start(isLast: false, upgrade: connection.head.protocol)
        }
        let problem = receiver.start(isLast: isPeerEnded, upgrade: nil)
        if isPeerEnded && !asksTunnel { isEndDelivered = true }
        return problem
    }

    /// What a WebSocket handshake has in HTTP/1 and not here (RFC 8441, section 5).
    private func addHandshake(_ receiver: any RequestReceiver) -> ProtocolProblem? {
        let wanted = connection.head.protocol
        guard wanted.span.equalsIgnoringCase("websocket") else { return nil }
        let key = WebSocketKey.random(connection.host.random)
        return receiver.addField(WebSocketKey.field.span, key.span)
    }

    // MARK: The body

    override var canOffer: Bool { !asksTunnel || isTunnel || hasResponse }

    override func offer(_ bytes: Span<UInt8>) -> Int {
        // What a client sends for a tunnel that was refused it is nobody's.
        guard let receiver, !asksTunnel || isTunnel else { return bytes.count }
        return receiver.requestBody(bytes)
    }

    override func deliverEnd() {
        guard !asksTunnel || isTunnel else { return }
        receiver?.requestEnded(receivedTrailers)
    }

    // MARK: What follows

    override func tellWritable() { receiver?.downstreamWritable() }

    override func settle() {
        if isEndSent && !isPeerEnded && !isOver { reset(ErrorCode.none) }
        // A response without a body has gone out with its head; its source may not be done yet.
        if isClosed && isEndSent && !isEnded && receiver != nil { return }
        super.settle()
    }

    override func deliverClose() {
        guard let receiver else { return }
        self.receiver = nil
        if isEndSent { return receiver.finish() }
        receiver.abort(cause: closeCause)
    }

    private var closeCause: StaticString {
        if isResetByPeer { return "client_reset" }
        if isReset { return "response_cut_off" }
        if connection.isGone {
            return connection.cause
                ?? (connection.isPeerGone ? "client_closed" : "connection_closed")
        }
        return "http2_stream_error"
    }
}
