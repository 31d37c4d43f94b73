internal import WeirBase
internal import WeirFilter

/// The codec of a client's connection.
final class ServerConnection: Session, ServerCodec {
    let server: any ServerHost
    /// The most bytes of names and values in a head.
    let headBytes: Int
    /// The most fields of a head, pseudo-header fields included.
    private let fieldBound: Int
    /// The head that is being received.
    let head = RequestFields()
    private var opened = 0
    private var closedStreams: ClosedStreams
    /// The highest number of a stream that the client has opened.
    private var lastOpened: UInt32 = 0

    init(_ host: any ServerHost, _ settings: CodecSettings, _ native: NativeSession) {
        server = host
        headBytes = settings.maxHeaderList ?? host.limits.headBytes
        fieldBound = host.limits.fieldCount + 4
        closedStreams = ClosedStreams(maxStreams: settings.maxStreams)
        super.init(host, settings, native)
        var values = settings.announced(
            after: (SettingCode.maxConcurrentStreams, settings.maxStreams), headBytes: headBytes)
        if settings.extendedConnect { values.append((SettingCode.enableConnectProtocol, 1)) }
        native.submitSettings(values)
    }

    override var prefaceCount: Int { 24 }
    override var holdsInput: Bool { true }

    override func openedByPeer(_ id: Int32) -> Stream? {
        let stream = takeSpare() as? ServerStream ?? ServerStream(self)
        stream.id = id
        insert(stream)
        native.bind(id, to: stream)
        head.clear()
        let receiver = server.open(stream)
        stream.receiver = receiver
        head.receiver = receiver
        opened += 1
        lastOpened = UInt32(id)
        let bound = host.limits.streamsPerConnection
        if bound > 0 && opened >= bound { drain() }
        return stream
    }

    /// The head before may have been broken off.
    override func trailersBegin() { head.receiver = nil }

    /// A field of a request's head; trailers go to their stream.
    override func fieldReceived(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        guard let receiver = head.receiver else {
            headStream?.fieldReceived(name, value)
            return
        }
        head.count += 1
        head.byteCount += name.count + value.count
        guard head.byteCount <= headBytes && head.count <= fieldBound else { return headTooLarge() }
        if name.count > 0 && name[0] == UInt8(ascii: ":") { return head.setPseudo(name, value) }
        if name.count == 6 && name.equals("cookie") { return head.addCookie(value) }
        guard head.problem == nil, let problem = receiver.addField(name, value) else { return }
        head.problem = problem
    }

    /// The library has to decode the whole head, whatever becomes of it, as the next one builds on
    /// it. So a head that goes on and on ends the connection.
    private func headTooLarge() {
        if head.byteCount > 4 * headBytes || head.count > 8 * fieldBound {
            return fail("http2_header_bomb", .enhanceYourCalm)
        }
        guard !head.isTooLarge else { return }
        head.isTooLarge = true
        head.problem = ProtocolProblem(
            status: 431,
            cause: head.byteCount > headBytes ? "headers_too_large" : "too_many_headers")
        failIf(guardian.largeHead(now: host.now))
    }

    override func streamEnded(_ stream: Stream) {
        closedStreams.add(UInt32(stream.id), isCutOff: false)
    }

    override func resetSent(_ id: UInt32) { closedStreams.add(id, isCutOff: true) }

    /// Looks at frames that the library ignores where it should not: for streams that are not open
    /// any more. A stream that these very bytes open is the library's to judge.
    override func misplaced(_ frame: FrameScanner.Frame) -> GoAwayCode? {
        if frame.type == FrameType.priority && frame.stream == 0 { return .protocol }
        if frame.type <= FrameType.headers && frame.has(FrameFlag.padded) && frame.length == 0 {
            // There is no room for the padding's length (section 4.2).
            return .frameSize
        }
        guard frame.type <= FrameType.headers, frame.stream <= lastOpened,
            frame.stream & 1 == 1, native.stream(Int32(bitPattern: frame.stream)) == nil
        else { return nil }
        return closedStreams.error(of: frame.type, on: frame.stream)
    }

    override func endSent(_ stream: Stream) {
        stream.isEndSent = true
        // A client that is still sending learns that nobody listens (RFC 9113, section 8.1).
        if !stream.isPeerEnded { queue(stream) }
    }

    /// Takes no new streams, tells the client so, and ends once all are complete.
    ///
    /// In two steps (RFC 9113, section 6.8): what the client had sent before it learnt of the first
    /// is still taken.
    override func drain() {
        guard care.drain(now: host.now) else { return }
        native.submitShutdownNotice()
        native.submitPing()
        if care.next < armed { arm() }
        schedule()
    }

    override func drainStep() {
        care.drainStepDone()
        guard !hasDrained else { return }
        hasDrained = true
        native.submitGoAway()
        schedule()
    }
}

/// Codes of settings (RFC 9113, section 6.5.2; RFC 8441; RFC 9218).
enum SettingCode {
    static let headerTableSize: UInt32 = 1
    static let enablePush: UInt32 = 2
    static let maxConcurrentStreams: UInt32 = 3
    static let initialWindowSize: UInt32 = 4
    static let maxFrameSize: UInt32 = 5
    static let maxHeaderListSize: UInt32 = 6
    static let enableConnectProtocol: UInt32 = 8
    static let noOldPriorities: UInt32 = 9
}
