import Synchronization
import Testing
import WeirBase
import WeirRuntime

/// Counts what it is told and passes it on.
final class Recorder: EventHandler, TimerTarget, TurnJob {
    var readiness: [Readiness] = []
    var fired: [LoopTimer] = []
    var jobs = 0
    var onReady: ((Readiness) -> Void)?
    var onTimer: ((LoopTimer) -> Void)?
    var onJob: (() -> Void)?

    func ready(_ readiness: Readiness) {
        self.readiness.append(readiness)
        onReady?(readiness)
    }

    func timerFired(_ timer: LoopTimer) {
        fired.append(timer)
        onTimer?(timer)
    }

    func runAfterTurn() {
        jobs += 1
        onJob?()
    }
}

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
            runOnce(timeout: .milliseconds(100))
        }
    }
}

/// A connected pair of TCP sockets.
struct Pair {
    let client: StreamSocket
    let server: StreamSocket

    init(_ address: String = "127.0.0.1:0") throws {
        let listener = try ListeningSocket.bind(
            #require(SocketAddress(address)), reusePort: false, backlog: 8)
        let (client, _) = try StreamSocket.connect(to: #require(listener.localAddress))
        server = try listener.waitToAccept()
        self.client = client
    }
}

extension ListeningSocket {
    /// Accepts a connection on a loop of its own.
    func waitToAccept() throws -> StreamSocket {
        let loop = try EventLoop(index: 0)
        let recorder = Recorder()
        try loop.watchAccepting(descriptor, recorder)
        loop.run { !recorder.readiness.isEmpty }
        guard case .accepted(let socket, _) = accept() else {
            throw SystemError(errno: 0, operation: "accept")
        }
        return socket
    }
}

extension StreamSocket {
    /// Writes text, which must fit.
    func send(_ text: String) {
        let bytes = ByteString(text)
        #expect(write(bytes.span, ByteString().span) == .bytes(bytes.count))
    }

    /// Waits for the next result that is not `.wouldBlock`.
    func waitToRead(into buffer: ByteBuffer) throws -> IOResult {
        let loop = try EventLoop(index: 0)
        let recorder = Recorder()
        try loop.watch(descriptor, recorder)
        var result = IOResult.wouldBlock
        loop.run {
            result = read(into: buffer)
            return result != .wouldBlock
        }
        return result
    }
}

/// Values that other threads hand in.
final class Collected<Value: Sendable>: Sendable {
    private let all = Mutex<[Value]>([])
    var values: [Value] { all.withLock { $0 } }
    func append(_ value: Value) { all.withLock { $0.append(value) } }
}
