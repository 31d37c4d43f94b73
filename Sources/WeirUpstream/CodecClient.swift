internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirRuntime

/// One connection to an endpoint that a module's codec works on; carries several requests at a
/// time, and so is shared.
final class CodecClient: CodecOwner, ClientHost {
    let connection: CodecConnection
    let endpoint: Endpoint
    let limits: CodecLimits
    /// Those who wait for the connection, until it takes streams.
    var connecting: Connecting?
    /// Whether the cluster knows that there may be room for those who wait.
    var isAnnounced = false
    /// How many streams are open.
    private(set) var streams = 0
    /// Since when there is none.
    private(set) var idleSince: MonotonicTime
    private let cluster: WorkerCluster
    private var codec: (any ClientCodec)?

    init(
        _ socket: StreamSocket, wire: Wire, endpoint: Endpoint, cluster: WorkerCluster,
        connecting: Connecting
    ) {
        self.endpoint = endpoint
        self.cluster = cluster
        self.connecting = connecting
        limits = CodecLimits(cluster.policy)
        idleSince = cluster.loop.now
        connection = CodecConnection(socket, wire: wire, loop: cluster.loop)
    }

    /// Takes the connection over; it may have ended when this returns.
    func start(_ factory: any CodecFactory) {
        let codec = factory.makeClient(self)
        self.codec = codec
        connection.start(codec, owner: self)
    }

    // MARK: Streams

    /// How many more streams may be opened now.
    var capacity: Int {
        guard let codec, !connection.isClosed, !connection.isEnding else { return 0 }
        return codec.capacity
    }

    /// Whether no more streams will ever be opened.
    var isLeaving: Bool {
        guard let codec, !connection.isClosed, !connection.isEnding else { return true }
        return codec.isDraining
    }

    /// Opens a stream for a request; only while there is capacity.
    func open(_ receiver: any UpstreamReceiver) {
        guard let codec else { return receiver.upstreamFailed(.closedUnused) }
        streams += 1
        endpoint.active += 1
        receiver.upstreamReady(codec.open(receiver))
    }

    /// Opens no more streams, and ends once all are complete.
    func drain() {
        idleSince = cluster.loop.now
        codec?.drain()
    }

    /// Ends a connection that nobody uses.
    func abandon() { connection.close(nil) }

    // MARK: ClientHost

    var endpointName: String { endpoint.name }

    func capacityChanged() { cluster.announce(self) }

    func streamEnded() {
        streams -= 1
        endpoint.active -= 1
        if streams == 0 {
            idleSince = cluster.loop.now
            cluster.becameIdle()
        }
        if cluster.hasPending { cluster.announce(self) }
    }

    func connectionEnded(_ cause: StaticString?) {
        codec = nil
        if let cause { cluster.onConnectionFailure?(cause, endpoint.label, "") }
        cluster.closed(self)
        connecting.take()?.lost()
    }
}

extension CodecLimits {
    init(_ policy: ClusterPolicy) {
        self.init()
        headBytes = policy.headerBytes
        writeTime = policy.writeIdle
        fieldCount = policy.headerCount
        headTime = policy.responseIdle
        idleTime = policy.idleTimeout
        streamsPerConnection = policy.requestsPerConnection
    }
}
