internal import WeirBase
internal import WeirFilter

/// The codec of a connection to an endpoint.
final class ClientConnection: Session, ClientCodec {
    let client: any ClientHost
    /// The most bytes of names and values in a head.
    let headBytes: Int
    private(set) var hasPeerSettings = false
    /// Whether a response has come on the connection.
    var hasAnswered = false
    private var opened = 0
    /// The limit as the host knows it.
    private var toldLimit = 0

    init(_ host: any ClientHost, _ settings: CodecSettings, _ native: NativeSession) {
        client = host
        headBytes = settings.maxHeaderList ?? host.limits.headBytes
        super.init(host, settings, native)
        native.submitSettings(
            settings.announced(after: (SettingCode.enablePush, 0), headBytes: headBytes))
        toldLimit = streamLimit
    }

    var isDraining: Bool { isEnding || isGone || care.isDraining || !native.canOpen }

    var capacity: Int { max(0, streamLimit - streams.count) }

    /// How many streams there may be at once from now on.
    private var streamLimit: Int {
        isDraining ? 0 : min(settings.maxStreams, native.peerMaxStreams)
    }

    func open(_ receiver: any UpstreamReceiver) -> any UpstreamStream {
        let stream = takeSpare() as? ClientStream ?? ClientStream(self)
        insert(stream)
        stream.receiver = receiver
        opened += 1
        let bound = host.limits.streamsPerConnection
        if bound > 0 && opened >= bound { drain() }
        return stream
    }

    override func settingsChanged() {
        hasPeerSettings = true
        for stream in streams { (stream as? ClientStream)?.sendWaitingHead() }
    }

    /// Those of our streams that the peer has not taken up are closed by the library, as refused.
    override func goAwayReceived(lastStream: Int32, _ code: UInt32) { drain() }

    override func streamEnded(_ stream: Stream) { client.streamEnded() }

    override func settled() {
        let limit = streamLimit
        guard limit != toldLimit else { return }
        toldLimit = limit
        client.capacityChanged()
    }

    override func drain() {
        guard care.drain(now: host.now) else { return }
        // Nothing of the peer's can be on its way that a second step would have to wait for.
        drainStep()
    }

    override func drainStep() {
        care.drainStepDone()
        guard !hasDrained else { return }
        hasDrained = true
        native.submitGoAway()
        schedule()
    }
}
