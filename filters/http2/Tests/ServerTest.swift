import WeirBase
import WeirFilter

@testable import Http2Filter

/// A server codec with a client made of raw frames.
final class ServerTest {
    let host = FakeServerHost()
    let codec: any ServerCodec
    let reader = FrameReader()
    /// What the codec has not taken yet.
    private var held: [UInt8] = []
    var heldCount: Int { held.count }
    /// Every frame that the codec has sent.
    private(set) var frames: [RawFrame] = []
    private var heads: [(stream: UInt32, fields: [(name: String, value: String)])] = []
    /// Whether the client reads.
    var isReading = true
    /// Whether nothing can be sent, so that `produce` is not even called.
    var isBlocked = false
    private(set) var isClosed = false
    /// Into pieces of how many bytes the client's bytes are cut; nil for none.
    var pieceSize: Int?

    init(
        _ configure: (inout Http2.Configuration) -> Void = { _ in },
        host change: (FakeServerHost) -> Void = { _ in }, handshake: Bool = true,
        pieceSize: Int? = nil
    ) throws {
        var configuration = Http2.Configuration()
        configure(&configuration)
        change(host)
        codec = try Http2(configuration).makeServer(host)
        self.pieceSize = pieceSize
        codec.start()
        turn()
        guard handshake else { return }
        send(Array(Self.preface.utf8))
        send([.settings(), .settings(ack: true)])
    }

    static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    static let get = [
        (":method", "GET"), (":scheme", "https"), (":authority", "a.example"), (":path", "/"),
    ]
    static let post = [
        (":method", "POST"), (":scheme", "https"), (":authority", "a.example"), (":path", "/"),
    ]

    var exchanges: [FakeExchange] { host.exchanges }

    func send(_ frames: [RawFrame]) { send(frames.flatMap(\.bytes)) }

    func send(_ bytes: [UInt8]) {
        guard let pieceSize else { return deliver(bytes) }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + pieceSize)
            deliver(Array(bytes[start..<end]))
            start = end
        }
    }

    private func deliver(_ bytes: [UInt8]) {
        guard !isClosed else { return }
        held += bytes
        let taken = codec.receive(held.span)
        held.removeFirst(taken)
        turn()
    }

    /// Runs the end of turns until nothing is due.
    func turn() {
        while !isClosed {
            if host.isScheduled && !isBlocked {
                host.isScheduled = false
                var more = true
                while more && isReading {
                    more = codec.produce()
                    collect()
                }
                if !isReading { _ = codec.produce() }
            } else if host.wantsInput {
                host.wantsInput = false
                offerHeld()
            } else if host.hasEnded && isReading {
                isClosed = true
                codec.closed(nil)
            } else {
                return
            }
        }
    }

    /// Offers what was not taken, a buffer at a time.
    private func offerHeld() {
        while !held.isEmpty {
            let count = min(held.count, 16 * 1024)
            let taken = codec.receive(held.span.extracting(0..<count))
            held.removeFirst(taken)
            if taken < count { return }
            if host.isScheduled { turn() }
        }
    }

    /// The client reads again what it has left lying.
    func readAgain() {
        isReading = true
        host.isScheduled = true
        turn()
    }

    private func collect() {
        let output = host.output
        for frame in reader.read(output.bytes.array) {
            frames.append(frame)
            if frame.type == 1 { heads.append((frame.stream, reader.fields(of: frame.payload))) }
        }
        output.clear()
    }

    /// Moves the clock, with the timer going off on the way.
    func advance(_ interval: Interval) {
        let end = host.now + interval
        while !isClosed && host.wakeTime <= end {
            host.now = max(host.now, host.wakeTime)
            host.wakeTime = .never
            codec.wakeUp()
            turn()
        }
        host.now = end
    }

    // MARK: What was sent

    func frames(of type: UInt8, on stream: UInt32? = nil) -> [RawFrame] {
        frames.filter { $0.type == type && (stream == nil || $0.stream == stream) }
    }

    /// The fields of one of the stream's heads.
    func fields(_ stream: UInt32, _ index: Int = 0) -> [String: String] {
        let own = heads.filter { $0.stream == stream }
        guard index < own.count else { return [:] }
        return Dictionary(own[index].fields.map { ($0.name, $0.value) }) { $1 }
    }

    func body(_ stream: UInt32) -> String {
        String(decoding: frames(of: 0, on: stream).flatMap(\.payload), as: UTF8.self)
    }

    func isEnded(_ stream: UInt32) -> Bool {
        frames.contains {
            ($0.type == 0 || $0.type == 1) && $0.stream == stream && $0.flags & 1 != 0
        }
    }

    func resetCode(_ stream: UInt32) -> UInt32? { frames(of: 3, on: stream).first?.number(at: 0) }
    var goAwayCode: UInt32? { frames(of: 7).last?.number(at: 4) }
    var allFinished: Bool { exchanges.allSatisfy { $0.wasFinished } }
    var violations: [String] { exchanges.flatMap(\.violations) }
}

extension Span where Element == UInt8 {
    /// A copy.
    var array: [UInt8] { (0..<count).map { self[$0] } }
}
