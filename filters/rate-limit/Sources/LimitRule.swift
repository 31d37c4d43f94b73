internal import WeirBase
internal import WeirFilter

/// One limit, checked and ready for use. Stores are given all rules of a filter when they are made;
/// a demand names its rule by the position in that list.
final class LimitRule: Sendable {
    /// The name in metrics and fields; unique within a filter.
    let name: String
    /// How much is admitted; nil when the store itself knows.
    let quota: Quota?
    /// What makes the key, in order; empty for one count of all requests.
    let parts: [KeyPart]
    let cost: Cost
    /// Which requests it holds for; all when nil.
    let condition: RequestCondition?
    let missing: RateLimit.MissingKey
    /// Whether it only counts and never refuses.
    let isShadow: Bool

    /// What a request costs, at least 1.
    enum Cost: Sendable {
        case fixed(Int)
        case header(HeaderName, most: Int)
    }

    init(
        name: String, quota: Quota?, parts: [KeyPart], cost: Cost = .fixed(1),
        condition: RequestCondition? = nil, missing: RateLimit.MissingKey = .share,
        isShadow: Bool = false
    ) {
        self.name = name
        self.quota = quota
        self.parts = parts
        self.cost = cost
        self.condition = condition
        self.missing = missing
        self.isShadow = isShadow
    }

    /// What makes it the same limit as another one: counts are shared, and kept over a reload, by
    /// all that have the same. What a request costs and what becomes of it may differ.
    var identity: String {
        let keys = parts.map(\.description).joined(separator: ",")
        let numbers =
            quota.map { "\($0.requests)/\($0.period.nanoseconds)ns burst \($0.burst)" } ?? ""
        return "\(name) \(numbers) by \(keys)"
    }

    /// What a request costs; what a field says beyond the bounds is the bound.
    func cost(of request: RequestHead) -> Int {
        switch cost {
        case .fixed(let cost): return cost
        case .header(let name, let most):
            let headers = request.headers
            return headers.withFirst(name) { value in
                // What cannot be read must not be cheaper than what can.
                guard let number = value.trimmed.decimal else { return most }
                return number > most ? most : max(1, Int(number))
            } ?? 1
        }
    }
}

/// A part of a limit's key.
struct KeyPart: Sendable, CustomStringConvertible {
    let attribute: RequestAttribute
    /// The client's address, of which an IPv6 one counts up to this prefix; nil for another
    /// attribute.
    let ipv6Prefix: Int?

    init(_ attribute: RequestAttribute, ipv6Prefix: Int) {
        self.attribute = attribute
        self.ipv6Prefix = attribute.description == "client-address" ? ipv6Prefix : nil
    }

    /// The attribute, with the prefix where one counts.
    var description: String {
        ipv6Prefix.map { "\(attribute)/\($0)" } ?? attribute.description
    }
}
