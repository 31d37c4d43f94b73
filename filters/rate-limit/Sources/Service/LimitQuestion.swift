internal import WeirBase
internal import WeirFilter

/// Writes what a service is asked.
struct LimitQuestion: Sendable {
    private let domain: String
    /// The entries' names, and the limit to keep, of each rule.
    private let names: [[String]]
    private let overrides: [Weir_RateLimit_Override?]
    private let rules: [LimitRule]

    /// The key of an entry that is no attribute's, as Envoy writes it: two words and an underscore.
    private static let generic = ["generic", "key"].joined(separator: "_")

    init(_ choice: RateLimit.ServiceChoice, _ rules: [LimitRule]) throws {
        self.rules = rules
        domain = choice.domain
        let entries = choice.entries ?? [:]
        for (attribute, name) in entries.sorted(by: { $0.key < $1.key }) {
            guard RequestAttribute(attribute) != nil else {
                throw ConfigurationError(
                    at: ["service", "entries", attribute],
                    "expected \(RequestAttribute.forms), found `\(attribute)`")
            }
            guard !name.isEmpty else {
                throw ConfigurationError(
                    at: ["service", "entries", attribute], "the entry's key is empty")
            }
        }
        names = rules.map { rule in
            rule.parts.map { part in
                entries[part.attribute.description] ?? part.attribute.description
            }
        }
        overrides = try rules.map(Self.override)
    }

    private static func override(_ rule: LimitRule) throws -> Weir_RateLimit_Override? {
        guard let quota = rule.quota else { return nil }
        let units: [(Int64, Weir_RateLimit_Unit)] = [
            (1, .second), (60, .minute), (3600, .hour), (86_400, .day),
        ]
        guard let unit = units.first(where: { Interval.seconds($0.0) == quota.period })?.1 else {
            throw ConfigurationError(
                at: ["service"],
                "the protocol knows second, minute, hour and day, but `\(rule.name)` is "
                    + "\(quota); leave the numbers to the service, or change `per`")
        }
        var override = Weir_RateLimit_Override()
        override.requestsPerUnit = UInt32(quota.requests)
        override.unit = unit
        return override
    }

    func message(_ demands: Demands) -> Weir_RateLimit_Question {
        var question = Weir_RateLimit_Question()
        question.domain = domain
        let costs = demands.items.map(\.cost)
        question.hitsAddend = UInt32(costs.first ?? 1)
        let isUneven = costs.contains { $0 != costs[0] }
        for (index, demand) in demands.items.enumerated() {
            var descriptor = Weir_RateLimit_Descriptor()
            for (name, value) in zip(names[demand.rule], demands.values(at: index)) {
                guard let value else { continue }
                descriptor.entries.append(Self.entry(name, value.description))
            }
            // A descriptor of nothing is none: this is how Envoy names a limit on everything.
            if descriptor.entries.isEmpty {
                descriptor.entries.append(Self.entry(Self.generic, rules[demand.rule].name))
            }
            if let override = overrides[demand.rule] { descriptor.limit = override }
            if isUneven {
                var count = Weir_RateLimit_Count()
                count.value = UInt64(demand.cost)
                descriptor.hitsAddend = count
            }
            question.descriptors.append(descriptor)
        }
        return question
    }

    private static func entry(_ key: String, _ value: String) -> Weir_RateLimit_Entry {
        var entry = Weir_RateLimit_Entry()
        entry.key = key
        entry.value = value
        return entry
    }
}
