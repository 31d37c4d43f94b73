internal import WeirBase
internal import WeirHTTP
internal import WeirRuntime

/// One question to the admin listener of a running gateway, on a loop of its own.
final class AdminCall: EventHandler, TimerTarget {
    /// What came of it.
    enum Outcome {
        case answer(status: Int, body: [UInt8])
        /// Why there is no answer, as the end of a sentence.
        case failure(String)
    }

    private let loop: EventLoop
    private let socket: StreamSocket
    private let unsent: ByteBuffer
    private let received = ByteBuffer(capacity: pieceSize)
    private var outcome: Outcome?
    private var isConnected = false
    private lazy var timer = LoopTimer(self)

    /// How much is read at a time.
    private static let pieceSize = 64 << 10
    /// The longest answer that is read.
    private static let mostBytes = 64 << 20

    /// Asks and waits for the answer, at most `patience`.
    static func post(
        _ path: String, _ body: String, to address: SocketAddress, patience: Interval
    ) -> Outcome {
        do throws(SystemError) {
            let call = try AdminCall(path, body, to: address, patience: patience)
            call.loop.run()
            return call.outcome ?? .failure("gave no answer")
        } catch {
            return .failure("cannot be reached: \(SystemError.reason(error.errno))")
        }
    }

    private init(
        _ path: String, _ body: String, to address: SocketAddress, patience: Interval
    ) throws(SystemError) {
        loop = try EventLoop(index: -3)
        let length = body.utf8.count
        unsent = ByteBuffer(capacity: 512 + length)
        unsent.write(
            """
            POST \(path) HTTP/1.1\r
            host: localhost\r
            content-type: application/yaml\r
            content-length: \(length)\r
            connection: close\r
            \r
            \(body)
            """)
        socket = try StreamSocket.connect(to: address).socket
        try loop.watch(socket.descriptor, self)
        timer.arm(on: loop, at: .current() + patience)
    }

    func ready(_ readiness: Readiness) {
        guard outcome == nil else { return }
        if !isConnected {
            let error = socket.connectError()
            guard error == 0 else {
                return end(.failure("cannot be reached: \(SystemError.reason(error))"))
            }
            isConnected = readiness.contains(.writable)
        }
        send()
        receive()
    }

    func timerFired(_ timer: LoopTimer) { end(.failure("gave no answer in time")) }

    private func send() {
        let unsent = self.unsent
        while !unsent.isEmpty {
            guard case .bytes(let count) = socket.write(unsent.bytes, Span()) else { return }
            unsent.consume(count)
        }
    }

    private func receive() {
        while outcome == nil {
            received.reserve(Self.pieceSize)
            switch socket.read(into: received) {
            case .bytes:
                if received.count > Self.mostBytes { end(.failure("says too much")) }
            case .wouldBlock: return
            case .end: end(answer)
            case .closed: end(.failure("closed the connection"))
            }
        }
    }

    private func end(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        timer.cancel()
        loop.unwatch(socket.descriptor)
        socket.close()
        loop.stop()
    }

    /// What was received up to the connection's end.
    private var answer: Outcome {
        var parser = ResponseParser()
        let (head, received) = (ResponseHead(), self.received)
        let progress = parser.parse(received.bytes, into: head, requestMethod: .post)
        guard case .complete(let count) = progress, case .length(let length) = parser.framing,
            Int64(received.count - count) == length
        else { return .failure("gave no answer that is HTTP") }
        received.consume(count)
        return .answer(status: head.status, body: ByteString(received.bytes).storage)
    }
}
