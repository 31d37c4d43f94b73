internal import WeirBase
internal import WeirFilter

/// What one request asks of a filter's limits. One per worker, reused, so that nothing is allocated
/// for a request.
struct Demands: Sendable {
    /// Whether somebody wants to know what is left, also of demands that are met.
    let wantsQuotas: Bool
    /// What is asked, in the order of the rules; each rule at most once.
    private(set) var items: [Demand] = []
    /// The keys of all demands, one behind the other.
    private(set) var keys: [UInt8] = []
    /// Whether the request lacks a key without which it is refused.
    private(set) var lacksKey = false

    /// The length of a part that the request does not have.
    private static let missing = UInt32.max

    init(wantsQuotas: Bool) { self.wantsQuotas = wantsQuotas }

    /// Makes room for the next request.
    mutating func clear() {
        items.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        lacksKey = false
    }

    /// Adds what the request asks of one rule; false when the rule does not hold for it.
    mutating func add(
        _ rule: LimitRule, at position: Int, _ request: RequestHead, _ stream: FilterStream
    ) -> Bool {
        let start = keys.count
        for part in rule.parts {
            if append(part, stream) { continue }
            switch rule.missing {
            case .share: continue
            case .deny: lacksKey = lacksKey || !rule.isShadow
            case .skip: break
            }
            keys.removeLast(keys.count - start)
            return false
        }
        items.append(
            Demand(
                rule: position, keyStart: start, keyEnd: keys.count,
                cost: rule.cost(of: request)))
        return true
    }

    /// Adds what is asked of a rule under a key that `write` appends.
    mutating func add(cost: Int, rule: Int, _ write: (inout [UInt8]) -> Void) {
        let start = keys.count
        write(&keys)
        items.append(Demand(rule: rule, keyStart: start, keyEnd: keys.count, cost: cost))
    }

    /// Sets what a store has found.
    mutating func set(_ outcome: LimitOutcome, at index: Int) { items[index].outcome = outcome }

    /// The key of a demand as bytes: no two different keys of a rule have the same.
    @_lifetime(borrow self)
    func key(at index: Int) -> Span<UInt8> {
        keys.span.extracting(items[index].keyStart..<items[index].keyEnd)
    }

    /// The key of a demand as the values of its rule's parts, nil for those that the request does
    /// not have. Makes copies: for stores that send them somewhere.
    func values(at index: Int) -> [ByteString?] {
        let key = key(at: index)
        var values: [ByteString?] = []
        var offset = 0
        while offset < key.count {
            let length = UInt32(truncatingIfNeeded: key.halfWord(at: offset))
            offset += 4
            guard length != Self.missing else {
                values.append(nil)
                continue
            }
            values.append(ByteString(key.extracting(offset..<offset + Int(length))))
            offset += Int(length)
        }
        return values
    }

    /// Appends a part with its length before it; false when the request has none.
    private mutating func append(_ part: KeyPart, _ stream: FilterStream) -> Bool {
        let start = keys.count
        append(length: Self.missing)
        let isThere: Bool
        if let prefix = part.ipv6Prefix {
            isThere = stream.clientAddress != nil
            stream.clientAddress?.write(to: &keys, ipv6Prefix: prefix)
        } else {
            isThere = part.attribute.withValue(of: stream) { keys.append(copying: $0) } != nil
        }
        if isThere {
            let length = UInt32(keys.count - start - 4)
            for byte in 0..<4 {
                keys[start + byte] = UInt8(truncatingIfNeeded: length >> UInt32(8 * byte))
            }
        }
        return isThere
    }

    private mutating func append(length: UInt32) {
        for byte in 0..<4 { keys.append(UInt8(truncatingIfNeeded: length >> UInt32(8 * byte))) }
    }
}

/// What a request asks of one rule.
struct Demand: Sendable {
    /// The rule's position in the filter.
    let rule: Int
    let keyStart: Int
    let keyEnd: Int
    /// How much it asks for; at least 1 and at most the rule's burst.
    let cost: Int
    /// What a store has found.
    var outcome = LimitOutcome()
}

/// What has become of a demand.
struct LimitOutcome: Sendable, Hashable {
    /// Whether there was enough left. Of a shadow rule too: that it does not refuse is the
    /// filter's business.
    var isAllowed = true
    /// How many requests more would be admitted now; set when `wantsQuotas`, or not allowed.
    var remaining = 0
    /// When all is refilled.
    var reset = Interval(nanoseconds: 0)
    /// When the same demand could be met; zero when it was.
    var retryAfter = Interval(nanoseconds: 0)
    /// Whether the local store has forgotten about another key, one with a debt.
    var hasEvicted = false
}

extension IPAddress {
    /// Appends the address's text; of an IPv6 address only `prefix` bits, with the prefix's length.
    func write(to bytes: inout [UInt8], ipv6Prefix prefix: Int) {
        if isV4 { return write(to: &bytes) }
        let (high, low) = v6Halves
        let halves = (high & Self.mask(prefix), low & Self.mask(prefix - 64))
        for group in 0..<8 {
            let half = group < 4 ? halves.0 : halves.1
            if group > 0 { bytes.append(UInt8(ascii: ":")) }
            let shift = UInt64(48 - 16 * (group % 4))
            bytes.append(hexadecimal: UInt16(truncatingIfNeeded: half >> shift))
        }
        bytes.append(UInt8(ascii: "/"))
        bytes.append(decimal: prefix)
    }

    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? .max : UInt64.max << UInt64(64 - bits)
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal group: UInt16) {
        var isLeading = true
        for shift in stride(from: 12, through: 0, by: -4) {
            let digit = UInt8(group >> UInt16(shift) & 15)
            if digit == 0 && isLeading && shift > 0 { continue }
            isLeading = false
            append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }
}
