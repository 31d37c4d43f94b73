internal import WeirBase
internal import WeirFilter

/// The request, on its way to the endpoint.
extension ClientStream: UpstreamStream {
    /// Fields that mean something to one connection of HTTP/1 only (RFC 9113, section 8.2.2), and
    /// those that are written here.
    private static let owned: KnownHeaders = [
        .connection, .contentLength, .host, .http2Settings, .keepAlive, .proxyConnection, .te,
        .transferEncoding, .upgrade,
    ]
    private static let connect: StaticString = "CONNECT"
    private static let trailers: StaticString = "trailers"
    private static let upgradeField = HeaderName(.upgrade)

    var endpointName: String { connection.client.endpointName }

    func sendHead(_ head: RequestHead, framing: BodyFraming, upgrade: Bool) {
        let takesUpgrade = upgrade && head.headers.contains(.upgrade)
        let fields = takesUpgrade ? FieldBlock() : connection.fields
        fields.clear()
        addPseudo(head, isConnect: takesUpgrade, to: fields)
        var skipped = Self.owned
        if framing != .chunked { skipped.insert(.trailer) }
        if takesUpgrade {
            addWithoutHandshake(head.headers, except: skipped, to: fields)
            waitingHead = fields
            if connection.hasPeerSettings { sendWaitingHead() }
            return
        }
        fields.add(head.headers, except: skipped)
        if head.headers.contains(.te) { fields.add("te", Self.trailers.span) }
        if case .length(let count) = framing { fields.add("content-length", decimal: Int(count)) }
        submit(fields, hasBody: framing != .none)
    }

    private func submit(_ fields: FieldBlock, hasBody: Bool) {
        if !hasBody { isEnded = true }
        id = connection.native.submitRequest(fields, hasBody: hasBody, of: self)
        guard id > 0 else {
            id = 0
            isClosed = true
            failure = UpstreamFailure(status: 502, cause: "upstream_reset", retry: .always)
            return connection.queue(self)
        }
        connection.schedule()
    }

    /// Whether the peer takes extended CONNECT is known: send the head that waits for that.
    func sendWaitingHead() {
        guard let waitingHead, !isOver else { return }
        self.waitingHead = nil
        guard connection.native.peerTakesExtendedConnect else {
            return fail("upstream_no_extended_connect")
        }
        submit(waitingHead, hasBody: true)
    }

    private func addPseudo(_ head: RequestHead, isConnect: Bool, to fields: FieldBlock) {
        if isConnect {
            fields.add(":method", Self.connect.span)
            if let value = head.headers[Self.upgradeField] {
                fields.add(":protocol", value.span)
                upgrade = value
            }
        } else if head.method == .other {
            let name = head.methodName
            fields.add(":method", name.span)
        } else {
            fields.add(":method", head.method.name.span)
        }
        let scheme = connection.host.security == nil ? Scheme.http : .https
        fields.add(":scheme", scheme.name.span)
        let authority = head.authority
        fields.add(":authority", authority.span)
        let path = head.path
        if let query = head.query {
            fields.add(":path", path.span, UInt8(ascii: "?"), query.span)
        } else {
            fields.add(":path", path.span)
        }
    }

    /// The key stays here, to be answered here: HTTP/2 has none (RFC 8441, section 5).
    private func addWithoutHandshake(
        _ headers: borrowing HeaderMap, except skipped: KnownHeaders, to fields: FieldBlock
    ) {
        for index in 0..<headers.count where !headers.isAny(of: skipped, at: index) {
            let name = headers.name(at: index)
            if name.equalsIgnoringCase(WebSocketKey.field) {
                handshakeKey = ByteString(headers.value(at: index))
            } else {
                fields.add(name, headers.value(at: index))
            }
        }
    }

    /// A tunnel would take the connection from all other streams.
    func startTunnel() { fail("upstream_no_tunnel") }

    func sendBody(_ bytes: Span<UInt8>) -> Int {
        if isOver { return bytes.count }
        return take(bytes)
    }

    func sendEnd(_ trailers: borrowing HeaderMap) {
        // A request that asks for a tunnel ends where the tunnel begins, and the stream goes on.
        guard !isOver, upgrade == nil || isTunnel else { return }
        end(trailers, except: Stream.forbiddenTrailers)
    }

    func resumeResponse() { receiverIsReady() }

    func cancel() {
        receiver = nil
        if id == 0 { isClosed = true }
        reset(ErrorCode.cancel)
        connection.queue(self)
    }
}
