internal import SwiftProtobuf
internal import WeirBase
internal import WeirFilter

/// What a service has said.
struct LimitAnswer {
    private let outcomes: [LimitOutcome]
    /// Fields for the upstream, and for the client.
    let requestFields: ServiceFields
    private let responseFields: ServiceFields
    private let policies: ByteString

    /// Nil when it is no answer to the question.
    init?(_ bytes: ByteString, _ demands: Demands, _ rules: [LimitRule]) {
        guard let answer = try? Weir_RateLimit_Answer(serializedBytes: bytes.storage),
            answer.overallCode == .ok || answer.overallCode == .overLimit
        else { return nil }
        let isOver = answer.overallCode == .overLimit
        // A service that only says that it is too much means every limit.
        let isNamed = answer.statuses.contains { $0.code == .overLimit }
        var outcomes: [LimitOutcome] = []
        var policies = ByteString()
        for (index, demand) in demands.items.enumerated() {
            let status = index < answer.statuses.count ? answer.statuses[index] : nil
            outcomes.append(
                Self.outcome(
                    status, isAllowed: !isOver || isNamed && status?.code != .overLimit))
            let rule = rules[demand.rule]
            guard demands.wantsQuotas, rule.quota == nil, !rule.isShadow, let status,
                status.hasCurrentLimit
            else { continue }
            if !policies.isEmpty { policies.append(", ") }
            policies.append("\"\(rule.name)\";q=\(status.currentLimit.requestsPerUnit)")
            if let window = status.currentLimit.unit.seconds { policies.append(";w=\(window)") }
        }
        self.outcomes = outcomes
        self.policies = policies
        requestFields = ServiceFields(answer.requestHeadersToAdd)
        responseFields = ServiceFields(answer.responseHeadersToAdd)
    }

    private static func outcome(
        _ status: Weir_RateLimit_Status?, isAllowed: Bool
    ) -> LimitOutcome {
        var outcome = LimitOutcome(isAllowed: isAllowed)
        guard let status else { return outcome }
        outcome.remaining = Int(status.limitRemaining)
        // A time that is no sensible one is none.
        let time = status.durationUntilReset
        if (0...315_576_000_000).contains(time.seconds), (0..<1_000_000_000).contains(time.nanos) {
            let seconds = min(time.seconds, 3_155_760_000)
            outcome.reset = Interval(nanoseconds: seconds * 1_000_000_000 + Int64(time.nanos))
        }
        if !isAllowed { outcome.retryAfter = outcome.reset }
        return outcome
    }

    /// Whether no limit that counts is in the way.
    func isAdmitted(_ rules: [LimitRule], _ demands: Demands) -> Bool {
        zip(outcomes, demands.items).allSatisfy { $0.isAllowed || rules[$1.rule].isShadow }
    }

    var reply: StoreReply {
        var fields = responseFields.fields
        if !policies.isEmpty { fields.append(("ratelimit-policy", policies)) }
        return StoreReply(decision: .outcomes(outcomes), responseFields: fields)
    }
}

extension Weir_RateLimit_Unit {
    /// How long it is, where that is always the same.
    fileprivate var seconds: Int? {
        switch self {
        case .second: 1
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        case .week: 604_800
        case .month, .year, .unknown, .UNRECOGNIZED: nil
        }
    }
}

/// Fields that a service wants to be added to a message, as far as it may.
struct ServiceFields {
    private(set) var fields: [(HeaderName, ByteString)] = []

    private static let mostFields = 32
    private static let mostBytes = 16 * 1024

    init(_ wanted: [Weir_RateLimit_Field]) {
        var bytes = 0
        for field in wanted.prefix(Self.mostFields) {
            // What frames messages is the gateway's alone.
            guard let name = HeaderName(field.key), !name.isReserved else { continue }
            let value =
                field.value.isEmpty
                ? ByteString(Array(field.rawValue)) : ByteString(field.value)
            guard value.storage.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                continue
            }
            bytes += name.bytes.count + value.count
            guard bytes <= Self.mostBytes else { return }
            fields.append((name, value))
        }
    }

    func apply(to headers: inout HeaderMap) {
        for (name, value) in fields { headers.append(name, value.span) }
    }
}
