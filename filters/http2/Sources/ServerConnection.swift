internal import WeirBase
internal import WeirFilter

/// The codec of a client's connection.
final class ServerConnection: Session, ServerCodec {
    let server: any ServerHost
    /// The most bytes of names and values in a head.
    let headBytes: Int
    /// The head that is being received.
    let head = RequestFields()
    private var opened = 0

    init(_ host: any ServerHost, _ settings: CodecSettings, _ native: NativeSession) {
        server = host
        headBytes = settings.maxHeaderList ?? host.limits.headBytes
        super.init(host, settings, native)
        var values: [(UInt32, Int)] = [
            (SettingCode.maxConcurrentStreams, settings.maxStreams),
            (SettingCode.initialWindowSize, settings.streamWindow),
            (SettingCode.maxHeaderListSize, headBytes),
            // The tree of RFC 7540 has never brought much but attacks (RFC 9113, section 5.3).
            (SettingCode.noOldPriorities, 1),
        ]
        if settings.maxFrameSize != 16 * 1024 {
            values.append((SettingCode.maxFrameSize, settings.maxFrameSize))
        }
        if settings.headerTableSize != 4096 {
            values.append((SettingCode.headerTableSize, settings.headerTableSize))
        }
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
        stream.begin()
        opened += 1
        let bound = host.limits.streamsPerConnection
        if bound > 0 && opened >= bound { drain() }
        return stream
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
