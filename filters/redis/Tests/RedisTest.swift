import WeirBase
import WeirFilter

@testable import RedisFilter

/// A connection's codec with a Redis made of literal replies, in memory and with a clock that tests
/// move.
final class RedisTest {
    let host = Host()
    let codec: any ClientCodec
    /// What was sent, and not yet looked at.
    private(set) var sent = ""
    private(set) var isClosed = false

    init(
        _ configure: (inout Redis.Configuration) -> Void = { $0.clientName = "" },
        limits: CodecLimits = CodecLimits()
    ) throws {
        var configuration = Redis.Configuration()
        configure(&configuration)
        host.limits = limits
        codec = try Redis(configuration).makeClient(host)
        codec.start()
        turn()
    }

    /// Asks, and returns who did.
    func ask(_ body: String, appetite: Int = .max) -> Caller {
        let caller = Caller()
        caller.appetite = appetite
        let stream = codec.open(caller)
        caller.stream = stream
        caller.isCalling = true
        stream.sendHead(RequestHead(), framing: .length(Int64(body.utf8.count)), upgrade: false)
        if !body.isEmpty { caller.isSent = stream.sendBody(body.utf8.span) == body.utf8.count }
        stream.sendEnd(HeaderMap())
        caller.isCalling = false
        turn()
        return caller
    }

    /// Redis sends bytes, in pieces of a size.
    func reply(_ text: String, pieces: Int? = nil) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count && !isClosed {
            let end = min(bytes.count, start + (pieces ?? bytes.count))
            precondition(codec.receive(bytes.span.extracting(start..<end)) == end - start)
            turn()
            start = end
        }
    }

    func turn() {
        while !isClosed {
            if host.isScheduled {
                host.isScheduled = false
                var more = true
                while more {
                    more = codec.produce()
                    let output = host.output
                    sent += output.bytes.string
                    output.clear()
                }
            } else if host.hasEnded {
                close(host.endCause)
            } else {
                return
            }
        }
    }

    func takeSent() -> String {
        defer { sent = "" }
        return sent
    }

    func close(_ cause: StaticString?) {
        isClosed = true
        codec.closed(cause)
    }

    func advance(by interval: Interval) {
        let end = host.now + interval
        while !isClosed && host.wakeTime <= end {
            host.now = max(host.now, host.wakeTime)
            host.wakeTime = .never
            codec.wakeUp()
            turn()
        }
        host.now = end
    }
}

/// The connection under the codec.
final class Host: ClientHost {
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    let random: any RandomSource = SystemRandom()
    var security: ConnectionSecurity?
    let output = ByteBuffer(capacity: 1024)
    var outputBound = 16 * 1024
    var limits = CodecLimits()
    var isScheduled = false
    var wakeTime = MonotonicTime.never
    private(set) var hasEnded = false
    private(set) var endCause: StaticString?
    var cause: String? { endCause?.description }
    private(set) var capacityChanges = 0
    private(set) var endedStreams = 0
    let endpointName = "10.0.0.1:6379"

    func schedule() { isScheduled = true }
    func resumeReceiving() {}
    func wake(at time: MonotonicTime) { wakeTime = time }
    func capacityChanged() { capacityChanges += 1 }
    func streamEnded() { endedStreams += 1 }

    func end(_ cause: StaticString?) {
        hasEnded = true
        endCause = cause
    }
}

/// Whoever makes a call.
final class Caller: UpstreamReceiver {
    let upstreamResponse = ResponseHead()
    let upstreamMethod = Method.post
    var stream: (any UpstreamStream)?
    var body = ""
    var length: BodyFraming?
    /// How many more bytes of the response are taken.
    var appetite = Int.max
    private(set) var isComplete = false
    private(set) var failure: UpstreamFailure?
    /// Set while the test calls the stream, when nothing may come back.
    var isCalling = false
    var isSent = true
    /// What is done when the head comes.
    var whenHead: () -> Void = {}

    private func check() { precondition(!isCalling, "told of something inside a call") }

    func upstreamChosen(_ endpoint: String) {}
    func upstreamReady(_ stream: any UpstreamStream) {}
    func upstreamInformational() {}
    func upstreamWritable() {}

    func upstreamHead(framing: BodyFraming, upgraded: Bool) {
        check()
        length = framing
        whenHead()
    }

    func upstreamBody(_ bytes: Span<UInt8>) -> Int {
        check()
        let taken = min(appetite, bytes.count)
        appetite -= taken
        body += bytes.extracting(0..<taken).string
        return taken
    }

    func upstreamEnd(_ trailers: borrowing HeaderMap) {
        check()
        precondition(!isComplete && failure == nil)
        isComplete = true
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        check()
        precondition(!isComplete && self.failure == nil)
        self.failure = failure
    }
}

/// A command as Redis reads it.
func command(_ words: String...) -> String {
    "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
}
