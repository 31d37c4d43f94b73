internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirRuntime

/// Makes a connection to an endpoint, within the cluster's connect-timeout: the socket's part, what
/// the connection filters want, and for a codec the time until it takes streams.
///
/// It knows who waits for the connection: one request, or with a codec any number of them.
final class Connecting: EventHandler, TimerTarget {
    private enum Phase {
        case socket, handshake
        /// The codec's connection is there, but takes no streams yet.
        case settling
        case over
    }

    let endpoint: Endpoint
    private let cluster: WorkerCluster
    private let socket: StreamSocket
    private let deadline: MonotonicTime
    private var phase = Phase.socket
    private var waiting = WaitingLine()
    private var wire: Wire?
    private var handshake: Handshake?
    private var client: CodecClient?
    private lazy var timer = LoopTimer(self)
    /// Where it stands among those of the cluster.
    var slot = 0

    init(_ socket: StreamSocket, endpoint: Endpoint, cluster: WorkerCluster) {
        self.socket = socket
        self.endpoint = endpoint
        self.cluster = cluster
        deadline = cluster.loop.now + cluster.policy.connectTimeout
    }

    func start(inProgress: Bool) {
        do throws(SystemError) {
            try cluster.loop.watch(socket.descriptor, self)
        } catch {
            return fail(.connectFailed)
        }
        if inProgress {
            timer.arm(on: cluster.loop, at: deadline)
        } else {
            connected([])
        }
    }

    /// The cluster's at each step: after a reload, the factories from before must not be asked.
    private var plan: ConnectionPlan { cluster.plan }

    // MARK: Those who wait

    func add(_ receiver: any UpstreamReceiver) {
        endpoint.active += 1
        cluster.joined += 1
        waiting.append(receiver)
    }

    func popFirst() -> (any UpstreamReceiver)? {
        guard let receiver = waiting.popFirst() else { return nil }
        endpoint.active -= 1
        cluster.joined -= 1
        return receiver
    }

    /// Takes out a receiver; false when it does not wait here.
    func remove(_ receiver: any UpstreamReceiver) -> Bool {
        guard waiting.remove(receiver) else { return false }
        endpoint.active -= 1
        cluster.joined -= 1
        cancelIfUnwanted()
        return true
    }

    /// Ends a connection that nobody waits for. One that can be shared is made all the same, as the
    /// next request will want it.
    func cancelIfUnwanted() {
        guard waiting.isEmpty, !cluster.isShared || endpoint.isRetired else { return }
        close()
        cluster.left(self)
    }

    // MARK: The socket

    func ready(_ readiness: Readiness) {
        guard phase == .socket, !readiness.isDisjoint(with: [.writable, .hangup, .error]) else {
            return
        }
        guard socket.connectError() == 0 else { return fail(.connectFailed) }
        connected(readiness)
    }

    func timerFired(_ timer: LoopTimer) {
        guard phase == .settling else { return fail(.connectTimeout) }
        fail(.handshakeTimeout, detail: "it takes no streams")
    }

    private func connected(_ readiness: Readiness) {
        if !plan.filters.isEmpty { return askFilters() }
        let wire = Wire(socket, loop: cluster.loop)
        wire.note(readiness)
        self.wire = wire
        hand(wire, to: plan.codecs.first)
    }

    // MARK: Filters

    private func askFilters() {
        timer.cancel()
        phase = .handshake
        let protocols = plan.protocols
        let passage = plan.pass(socket) { filter, transport in
            filter.connect(
                MadeConnection(
                    transport: transport, address: endpoint.address, host: endpoint.host,
                    cluster: cluster.name, protocols: protocols))
        }
        let transport: any Transport
        let held: [AnyObject]
        switch passage {
        case .refused(let cause, let last):
            wire = Wire(last, loop: cluster.loop)
            return fail(.handshakeFailed(cause), detail: "refused")
        case .through(let outermost, let objects): (transport, held) = (outermost, objects)
        }
        let wire = Wire(transport, loop: cluster.loop)
        wire.held = held
        self.wire = wire
        // It is let go of when it is over, which is before this object is.
        let handshake = Handshake(
            transport, loop: cluster.loop, limit: max(.zero, deadline - cluster.loop.now)
        ) { [unowned self] outcome in settled(outcome) }
        self.handshake = handshake
        cluster.loop.rewatch(socket.descriptor, handshake)
        handshake.advance()
    }

    private func settled(_ outcome: Handshake.Outcome) {
        handshake = nil
        switch outcome {
        case .timedOut: fail(.handshakeTimeout, detail: "no answer")
        case .failed(let failure):
            fail(.handshakeFailed(failure.cause), detail: failure.detail)
        case .done:
            wire?.isReadable = true
            choose()
        }
    }

    /// The peers have agreed on a protocol (ALPN), or there was no way to: then the cluster's is
    /// known in advance.
    private func choose() {
        guard let wire else { return }
        let agreed = wire.transport.security?.applicationProtocol
        if plan.codecs.isEmpty {
            let isHTTP1 = agreed.map { $0.isEmpty || $0 == "http/1.1" } ?? true
            return isHTTP1 ? hand(wire, to: nil) : mismatched(agreed)
        }
        guard let codec = agreed.map(plan.codec(named:)) ?? plan.codecs[0] else {
            return mismatched(agreed)
        }
        hand(wire, to: codec)
    }

    private func mismatched(_ agreed: String?) {
        let names = plan.protocols.joined(separator: ", ")
        let agreement = agreed.map { $0.isEmpty ? "nothing" : $0 } ?? "nothing"
        fail(.protocolMismatch, detail: "agreed on \(agreement), not on \(names)")
    }

    // MARK: Handing over

    private func hand(_ wire: Wire, to codec: (any CodecFactory)?) {
        self.wire = nil
        guard let codec else {
            end()
            cluster.left(self)
            let client = HTTP1Client(socket, wire: wire, endpoint: endpoint, cluster: cluster)
            cluster.loop.rewatch(socket.descriptor, client)
            guard let receiver = popFirst() else { return client.closeIdle() }
            return client.assign(receiver)
        }
        phase = .settling
        timer.arm(on: cluster.loop, at: deadline)
        let client = CodecClient(
            socket, wire: wire, endpoint: endpoint, cluster: cluster, connecting: self)
        self.client = client
        client.start(codec)
        settle()
    }

    /// The codec may take streams by now, or never will.
    func settle() {
        guard phase == .settling, let client else { return }
        if client.isLeaving { return fail(.closedUnused) }
        guard client.capacity > 0 else { return }
        end()
        cluster.settled(client, self)
    }

    /// The codec's connection has ended before it took a stream.
    func lost() {
        client = nil
        fail(.closedUnused)
    }

    // MARK: Ending

    private func fail(_ failure: UpstreamFailure, detail: String? = nil) {
        guard phase != .over else { return }
        if let detail {
            cluster.counters.handshakeFailed += 1
            cluster.onConnectionFailure?(failure.cause, endpoint.label, detail)
        }
        cluster.connectFailed(endpoint)
        close()
        while let receiver = popFirst() { receiver.upstreamFailed(failure) }
        cluster.left(self)
    }

    private func close() {
        guard phase != .over else { return }
        let client = self.client
        let hadClient = phase == .settling
        end()
        if hadClient {
            client?.abandon()
        } else {
            handshake?.cancel()
            handshake = nil
            cluster.loop.unwatch(socket.descriptor, closing: true)
            if let wire { wire.close() } else { socket.close() }
            wire = nil
            cluster.closed(endpoint)
        }
    }

    private func end() {
        phase = .over
        timer.cancel()
        client?.connecting = nil
        client = nil
        if endpoint.making === self { endpoint.making = nil }
    }
}

extension UpstreamFailure {
    /// The handshake of a connection filter failed; nothing was sent.
    static func handshakeFailed(_ cause: StaticString) -> UpstreamFailure {
        UpstreamFailure(status: 502, cause: cause, retry: .always)
    }

    /// The connection was made, but what had to be settled on it was not in time.
    static let handshakeTimeout = UpstreamFailure(
        status: 504, cause: "upstream_handshake_timeout", retry: .always)
    /// The endpoint does not speak what the cluster is configured for.
    static let protocolMismatch = UpstreamFailure(
        status: 502, cause: "upstream_protocol_mismatch", retry: .always)
    /// A connection ended before anything was sent on it.
    static let closedUnused = UpstreamFailure(
        status: 502, cause: "upstream_closed_early", retry: .always)
}
