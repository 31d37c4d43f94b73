internal import SwiftProtobuf
internal import WeirBase
internal import WeirFilter

/// Lets a service decide that speaks Envoy's rate limit protocol, version 3.
final class ServiceStore: LimitStore {
    private let cluster: Cluster
    private let call: GRPCCall
    private let question: LimitQuestion
    private let rules: [LimitRule]
    private let fallback: StoreFallback
    private let health: StoreHealth
    private let counters: StoreCounters
    private let breakers: WorkerLocal<Breaker>

    /// One worker's.
    private final class Breaker { var breaker = StoreBreaker() }

    private static let path: ByteString =
        "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"

    init(_ choice: RateLimit.ServiceChoice, _ context: StoreContext) throws {
        let timeout = try StoreFallback.checked(choice.timeout, at: ["service", "timeout"])
        guard !choice.domain.isEmpty else {
            throw ConfigurationError(at: ["service", "domain"], "the domain is empty")
        }
        if choice.whenUnavailable == .local,
            let rule = context.rules.first(where: { $0.quota == nil })
        {
            throw ConfigurationError(
                at: ["service", "when-unavailable"],
                "`local` needs to know how much `\(rule.name)` admits: give `requests` and `per`")
        }
        rules = context.rules
        question = try LimitQuestion(choice, context.rules)
        call = GRPCCall(Self.path, timeout: timeout, responseLimit: 256 * 1024)
        cluster = try context.services.cluster(choice.cluster, at: ["service", "cluster"])
        fallback = StoreFallback(choice.whenUnavailable, context)
        counters = StoreCounters(choice.cluster, context.services)
        health = StoreHealth(cluster: choice.cluster, choice.whenUnavailable, context.services)
        breakers = WorkerLocal(context.services) { _ in Breaker() }
    }

    func cleanUp() { fallback.cleanUp() }

    func decide(_ demands: inout Demands, for stream: FilterStream) -> Bool { false }

    func ask(
        _ demands: Demands, for stream: FilterStream,
        _ done: @escaping @Sendable (StoreReply) -> Void
    ) {
        let mine = breakers.with(stream) { $0 }
        guard mine.breaker.mayAsk(at: stream.now),
            let message: [UInt8] = try? question.message(demands).serializedBytes()
        else {
            counters.skipped.add(for: stream)
            return done(fallback.reply(to: demands, for: stream))
        }
        let asked = stream.now
        call.call(cluster, ByteString(message), for: stream) { [self] result in
            let problem: String
            switch result {
            case .success(let bytes):
                if let answer = LimitAnswer(bytes, demands, rules) {
                    mine.breaker.succeeded(health)
                    counters.answered(for: stream, in: stream.now - asked)
                    // The stream waits on this loop, so its request may be changed here.
                    if answer.isAdmitted(rules, demands) {
                        answer.requestFields.apply(to: &stream.request.headers)
                    }
                    return done(answer.reply)
                }
                problem = "no answer of the protocol"
            case .failure(let failure):
                problem = failure.code == .deadlineExceeded ? "call_timeout" : "\(failure.code)"
            }
            mine.breaker.failed(at: stream.now, problem, health)
            counters.failed(problem, for: stream)
            done(fallback.reply(to: demands, for: stream))
        }
    }
}
