internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime

/// One downstream connection that a module's codec works on: any number of exchanges at a time.
final class CodecServer: CodecOwner, ServerHost, DownstreamConnection {
    let connection: CodecConnection
    let acceptor: Acceptor
    let client: ClientFacts
    let limits: CodecLimits
    var slot = 0
    private var codec: (any ServerCodec)?

    init(
        _ socket: StreamSocket, wire: Wire, policy: ListenerPolicy, client: ClientFacts,
        acceptor: Acceptor
    ) {
        self.acceptor = acceptor
        self.client = client
        limits = CodecLimits(policy)
        connection = CodecConnection(socket, wire: wire, loop: acceptor.worker.loop)
    }

    /// Takes the connection over.
    func start(_ factory: any CodecFactory) {
        let codec = factory.makeServer(self)
        self.codec = codec
        connection.start(codec, owner: self)
        if acceptor.worker.isDraining { codec.drain() }
    }

    // MARK: ServerHost

    var scheme: Scheme { client.isSecure ? .https : .http }

    var date: ByteString { connection.loop.clock.httpDate }

    func open(_ sink: any ResponseSink) -> any RequestReceiver {
        // A new configuration counts from the next request on.
        let policy = acceptor.policy.policy(for: client)
        let exchange = acceptor.worker.takeExchange()
        exchange.prepare(sink: sink, listener: policy)
        exchange.client = client
        exchange.assembler.begin(limits: policy.limits, paths: policy.paths)
        return exchange
    }

    // MARK: Ending

    func connectionEnded(_ cause: StaticString?) {
        codec = nil
        if let cause { acceptor.worker.countConnectionFailure(cause) }
        acceptor.closed(self)
    }

    func closeIfIdle() { codec?.drain() }

    func close(aborting cause: StaticString?) { connection.close(cause) }
}

extension CodecLimits {
    init(_ policy: ListenerPolicy) {
        self.init()
        headBytes = policy.limits.headBytes
        fieldCount = policy.limits.fieldCount
        headTime = policy.timeouts.header
        writeTime = policy.timeouts.writeIdle
        idleTime = policy.timeouts.keepAlive
        streamsPerConnection = policy.requestsPerConnection
    }
}
