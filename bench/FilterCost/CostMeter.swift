internal import WeirBase
internal import WeirFilter

/// Takes the time of exchanges through chains of one filter many times over, and of none.
enum CostMeter {
    static let all: Phases = [
        .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
        .responseTrailers, .streamComplete,
    ]

    /// How many calls a filter gets in one exchange.
    static let phases = 7

    private static let depth = 8
    private static let exchanges = 100_000

    /// Nanoseconds that one filter adds to an exchange, or to each of `perCall` calls: the median
    /// of some rounds.
    static func cost(of factory: any FilterFactory, perCall calls: Int = 1) -> Double {
        let empty = Exchanges(factory, depth: 0)
        let full = Exchanges(factory, depth: depth)
        let rounds = (0..<9).map { _ in
            (full.time(exchanges) - empty.time(exchanges)) / Double(depth * calls)
        }
        return rounds.sorted()[rounds.count / 2]
    }
}

/// Exchanges with a body and trailers in both directions, without sockets.
final class Exchanges {
    private let run: ChainRun
    private let chain: FilterChain
    private let driver = BenchDriver()
    private let body = ByteString("a piece of a body")
    private var trailers = HeaderMap()

    init(_ factory: any FilterFactory, depth: Int) {
        run = ChainRun(stream: FilterStream(driver: driver, cells: CounterCells(count: 16)))
        chain = FilterChain(
            (0..<depth).map { _ in FilterChain.Link(name: "empty", factory: factory) },
            isProvisioned: true)
        trailers.set("x-trailer", "1")
    }

    /// Nanoseconds per exchange.
    func time(_ count: Int) -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<count { exchange() }
        let nanoseconds = (clock.now - start) / .nanoseconds(1)
        return nanoseconds / Double(count)
    }

    private func exchange() {
        run.stream.request.headers.set("host", "example.com")
        run.start(chain)
        pass(run.request)
        run.startResponse()
        pass(run.response)
        run.finish()
        run.stream.clear()
    }

    private func pass(_ pass: FilterPass) {
        var isOffered = false
        while true {
            switch pass.advance(run) {
            case .idle:
                if isOffered { return }
                isOffered = true
                let piece = body
                pass.offerBody(piece.span, isLast: true)
                pass.offerTrailers(trailers)
            case .forwardHead: break
            case .forwardChunk: pass.chunkForwarded()
            case .forwardTrailers: return
            case .paused, .respond, .cutOff, .overflow:
                preconditionFailure("a filter that does nothing has done something")
            }
        }
    }
}

/// Drives streams that never wait.
private final class BenchDriver: StreamDriver {
    let now = MonotonicTime(nanoseconds: 0)
    let random: any RandomSource = SystemRandom()
    let entrance: any LoopEntrance = NoEntrance()
    var unixNanoseconds: Int64 { 0 }

    func call(_ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void) {}
    func after(_ delay: Interval, _ body: @escaping () -> Void) {}
    func log(_ level: LogLevel, _ message: String) {}
    func beginPause() -> (any PauseTarget, UInt64) { preconditionFailure("nothing waits here") }
    func beginPause(for delay: Interval) -> UInt64 { preconditionFailure("nothing waits here") }

    private struct NoEntrance: LoopEntrance {
        func execute(_ job: @escaping @Sendable () -> Void) {
            preconditionFailure("nothing comes from elsewhere")
        }
    }
}
