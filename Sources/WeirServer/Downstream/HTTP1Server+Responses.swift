internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// Writing what the exchange answers.
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
        // After CONNECT the tunnel is the connection's end in another sense than `close` says.
        let isConnect = upgraded && request.method == .connect
        HeadWriter.response(
            head, framing: framing, keepAlive: !self.mustClose || isConnect,
            version: request.version, upgrade: upgraded && !isConnect,
            date: loop.clock.httpDate, to: wire.head)
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
    var canDrain: Bool {
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

    func cutOff(_ manner: CutOff) {
        self.manner = manner
        schedule()
    }

    func resumeRequest() { schedule() }
}
