import WeirBase
import WeirFilter

/// The connection under a codec, in memory and with a clock that tests move.
class FakeHost {
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    let random: any RandomSource = CountingRandom()
    var security: ConnectionSecurity?
    let output = ByteBuffer(capacity: 16 * 1024)
    var outputBound = 16 * 1024
    var limits = CodecLimits()
    var isScheduled = false
    var wantsInput = false
    var wakeTime = MonotonicTime.never
    private(set) var hasEnded = false
    private(set) var cause: String?

    func schedule() { isScheduled = true }
    func resumeReceiving() { wantsInput = true }
    func wake(at time: MonotonicTime) { wakeTime = time }

    func end(_ cause: StaticString?) {
        hasEnded = true
        self.cause = cause?.description
    }
}

/// A client's connection.
final class FakeServerHost: FakeHost, ServerHost {
    let scheme = Scheme.https
    let date: ByteString = "Thu, 01 Jan 1970 00:00:00 GMT"
    /// What the next exchanges do.
    var behaviour: (FakeExchange) -> Void = { _ in }
    private(set) var exchanges: [FakeExchange] = []

    func open(_ sink: any ResponseSink) -> any RequestReceiver {
        let exchange = FakeExchange(sink)
        exchange.behaviour = behaviour
        exchanges.append(exchange)
        return exchange
    }
}

/// A connection to an endpoint.
final class FakeClientHost: FakeHost, ClientHost {
    let endpointName = "10.0.0.1:80"
    private(set) var capacityChanges = 0
    private(set) var endedStreams = 0
    func streamEnded() { endedStreams += 1 }
    func capacityChanged() { capacityChanges += 1 }
}

/// The same numbers every time.
final class CountingRandom: RandomSource {
    private var state: UInt64 = 0
    func next() -> UInt64 {
        state &+= 0x1357_9BDF_0246_8ACE
        return state
    }
}
