import Testing
import WeirBase
import WeirConnection
import WeirFilter
import WeirHTTP
import WeirRuntime
import WeirUpstream

extension EventLoop {
    /// Runs turns until `condition` holds; fails after ten seconds.
    func run(
        until condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let end = MonotonicTime.current() + .seconds(10)
        while !condition() {
            guard MonotonicTime.current() < end else {
                Issue.record("timed out", sourceLocation: sourceLocation)
                return
            }
            runOnce(timeout: .milliseconds(50))
        }
    }
}

/// An endpoint of which the test plays every part, on the cluster's own loop.
final class TestEndpoint: EventHandler {
    let address: SocketAddress
    private(set) var peers: [TestPeer] = []
    /// What is said to every new connection.
    var greeting = ""
    private let loop: EventLoop
    private let socket: ListeningSocket

    init(_ loop: EventLoop) throws {
        self.loop = loop
        let any = try #require(SocketAddress("127.0.0.1:0"))
        socket = try ListeningSocket.bind(any, reusePort: false, backlog: 64)
        address = try #require(socket.localAddress)
        try loop.watchAccepting(socket.descriptor, self)
    }

    /// How many connections are open.
    var openCount: Int { peers.count { !$0.hasEnded } }

    func ready(_ readiness: Readiness) {
        while case .accepted(let socket, _) = socket.accept() {
            let peer = TestPeer(socket, loop: loop)
            peers.append(peer)
            if !greeting.isEmpty { peer.send(greeting) }
        }
    }

    func close() {
        loop.unwatch(socket.descriptor)
        socket.close()
    }
}

/// The far end of one connection.
final class TestPeer: EventHandler {
    private let socket: StreamSocket
    private let loop: EventLoop
    private(set) var received = ""
    private(set) var hasEnded = false
    /// Whether it leaves what arrives unread.
    var isPaused = false {
        didSet { if !isPaused { ready(.readable) } }
    }

    init(_ socket: StreamSocket, loop: EventLoop) {
        self.socket = socket
        self.loop = loop
        do throws(SystemError) {
            try loop.watch(socket.descriptor, self)
        } catch {
            Issue.record("\(error)")
        }
    }

    func ready(_ readiness: Readiness) {
        let buffer = ByteBuffer(capacity: 64 * 1024)
        reading: while socket.isOpen && !isPaused {
            switch socket.read(into: buffer) {
            case .bytes:
                received += ByteString(buffer.bytes).description
                buffer.clear()
            case .wouldBlock: break reading
            case .end, .closed:
                hasEnded = true
                break reading
            }
        }
    }

    /// Writes text, which must fit.
    func send(_ text: String) {
        let bytes = ByteString(text)
        #expect(socket.write(bytes.span, ByteString().span) == .bytes(bytes.count))
    }

    func close() {
        guard socket.isOpen else { return }
        loop.unwatch(socket.descriptor)
        socket.close()
        hasEnded = true
    }
}

/// One request, whose part the test plays.
final class TestReceiver: UpstreamReceiver {
    let upstreamResponse = ResponseHead()
    let upstreamMethod = Method.get
    let name: String
    private(set) var stream: (any UpstreamStream)?
    private(set) var chosen: [String] = []
    private(set) var failure: UpstreamFailure?
    private(set) var status: Int?
    private(set) var body = ""
    private(set) var isComplete = false
    /// Called when it is ready.
    var onReady: (() -> Void)?
    /// Called when it has failed.
    var onFailure: (() -> Void)?

    init(_ name: String = "x") { self.name = name }

    var isReady: Bool { stream != nil }
    var retry: UpstreamFailure.Retry? { failure?.retry }
    var cause: String? { failure.map { "\($0.cause)" } }

    func upstreamChosen(_ endpoint: String) { chosen.append(endpoint) }

    func upstreamReady(_ stream: any UpstreamStream) {
        #expect(self.stream == nil, "ready twice")
        self.stream = stream
        failure = nil
        let head = RequestHead()
        head.path = ByteString("/\(name)")
        head.authority = "test"
        stream.sendHead(head, framing: .none, upgrade: false)
        onReady?()
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        #expect(self.failure == nil && !isComplete, "failed after the end")
        self.failure = failure
        stream = nil
        onFailure?()
    }

    func upstreamInformational() {}

    func upstreamHead(framing: BodyFraming, upgraded: Bool) { status = upstreamResponse.status }

    func upstreamBody(_ bytes: Span<UInt8>) -> Int {
        body += ByteString(bytes).description
        return bytes.count
    }

    func upstreamEnd(_ trailers: borrowing HeaderMap) {
        isComplete = true
        stream = nil
    }

    func upstreamWritable() {}

    func cancel() {
        stream?.cancel()
        stream = nil
    }
}

/// A cluster with endpoints that the test plays.
struct TestCluster {
    let loop: EventLoop
    let cluster: WorkerCluster
    let endpoints: [TestEndpoint]
    let failures = Failures()

    /// What the cluster has told of connections.
    final class Failures {
        var causes: [String] = []
        var details: [String] = []
    }

    init(
        endpoints count: Int = 1, filters: [any ConnectionFilterFactory] = [],
        codecs: [any CodecFactory] = [], host: String? = nil,
        policy change: (inout ClusterPolicy) -> Void = { _ in }
    ) throws {
        let loop = try EventLoop(index: 0)
        self.loop = loop
        endpoints = try (0..<count).map { _ in try TestEndpoint(loop) }
        var policy = ClusterPolicy()
        policy.sharedConnections = 1
        change(&policy)
        cluster = WorkerCluster(
            name: "test", policy: policy,
            plan: ConnectionPlan(
                filters: filters, codecs: codecs, speaksHTTP1: codecs.isEmpty, key: "key"),
            limits: HTTPLimits(), metrics: 0, loop: loop)
        cluster.update(endpoints.map { EndpointAddress($0.address, host: host) })
        let failures = failures
        cluster.onConnectionFailure = { cause, _, detail in
            failures.causes.append("\(cause)")
            failures.details.append(detail)
        }
    }

    var endpoint: TestEndpoint { endpoints[0] }

    func acquire(_ name: String = "x") -> TestReceiver {
        let receiver = TestReceiver(name)
        cluster.acquire(receiver)
        return receiver
    }

    func acquire(_ count: Int) -> [TestReceiver] {
        (1...count).map { acquire("\($0)") }
    }

    func run(
        until condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        loop.run(until: condition, sourceLocation: sourceLocation)
    }

    /// Runs until everything that was sent has arrived everywhere.
    func settle() {
        for _ in 0..<4 { loop.runOnce(timeout: .zero) }
    }
}
