internal import WeirBase
internal import WeirFilter

/// The response, from the exchange to the client.
extension ServerStream: ResponseSink {
    /// Fields that mean something to one connection of HTTP/1 only (RFC 9113, section 8.2.2), and
    /// those that are written here.
    private static let owned: KnownHeaders = [
        .connection, .contentLength, .http2Settings, .keepAlive, .proxyConnection, .te,
        .transferEncoding, .upgrade,
    ]
    func sendInformational(_ head: ResponseHead) {
        guard !isOver, !hasResponse else { return }
        let fields = connection.fields
        fields.clear()
        fields.add(":status", decimal: head.status)
        fields.add(head.headers, except: Self.owned)
        connection.native.submitInformational(id, fields)
        connection.schedule()
    }

    func sendHead(_ head: ResponseHead, length: Int64?, upgraded: Bool, mustClose: Bool) {
        guard !isOver, !hasResponse else { return }
        hasResponse = true
        let status = upgraded && head.status == 101 ? 200 : head.status
        isBodiless = !upgraded && (isHeadRequest || status == 204 || status == 304 || length == 0)
        let fields = connection.fields
        fields.clear()
        fields.add(":status", decimal: status)
        addFields(of: head, length: length, upgraded: upgraded, to: fields)
        connection.native.submitResponse(id, fields, bodyOf: isBodiless ? nil : self)
        connection.schedule()
        if upgraded && asksTunnel {
            isTunnel = true
            receiver?.requestBecomesTunnel()
        }
        if asksTunnel { receiverIsReady() }
    }

    private func addFields(
        of head: ResponseHead, length: Int64?, upgraded: Bool, to fields: FieldBlock
    ) {
        // What a GET would have had may be told (RFC 9110, section 8.6).
        let tellsLength = isHeadRequest || head.status == 304
        var skipped = Self.owned
        if tellsLength && !upgraded { skipped.remove(.contentLength) }
        if isExtendedConnect && upgraded {
            addWithoutHandshake(head.headers, except: skipped, to: fields)
        } else {
            fields.add(head.headers, except: skipped)
        }
        if let length, !upgraded, head.status != 204 {
            let isTold = tellsLength && head.headers.contains(.contentLength)
            if !isTold && (!tellsLength || length > 0) {
                fields.add("content-length", decimal: Int(length))
            }
        }
        if !head.headers.contains(.date) { fields.add("date", connection.server.date.span) }
    }

    /// The answer to the key stays here: HTTP/2 has no key (RFC 8441, section 5).
    private func addWithoutHandshake(
        _ headers: borrowing HeaderMap, except skipped: KnownHeaders, to fields: FieldBlock
    ) {
        for index in 0..<headers.count where !headers.isAny(of: skipped, at: index) {
            let name = headers.name(at: index)
            if name.equalsIgnoringCase("sec-websocket-accept") { continue }
            fields.add(name, headers.value(at: index))
        }
    }

    func sendBody(_ bytes: Span<UInt8>) -> Int {
        if isBodiless || isOver { return bytes.count }
        return take(bytes)
    }

    func sendEnd(_ trailers: borrowing HeaderMap) {
        if isBodiless { return endBodiless() }
        guard !isOver else { return }
        end(trailers, except: Stream.forbiddenTrailers)
    }

    /// However the client is to learn of it, it is told of this stream alone: the connection
    /// carries others.
    func cutOff(_ manner: CutOff) {
        if isEndSent { return endBodiless() }
        reset(ErrorCode.internal)
        connection.settleSoon()
    }

    private func endBodiless() {
        isEnded = true
        if isClosed { connection.queue(self) }
    }

    func resumeRequest() { receiverIsReady() }
}
