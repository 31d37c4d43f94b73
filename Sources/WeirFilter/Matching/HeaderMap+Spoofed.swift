public import WeirBase

extension HeaderMap {
    /// Removes every field that an upstream could take for one of `names`: equal to it without
    /// regard to case when `_` counts as `-`. CGI and what came after it write both as `_`
    /// (RFC 3875, section 4.1.18), so that a client's `x_user` becomes the same variable as the
    /// `x-user` that a filter sets.
    public mutating func removeSpoofed(_ names: [HeaderName]) {
        guard !names.isEmpty else { return }
        removeAll { fields, index in
            let name = fields.name(at: index)
            for wanted in names where wanted.isSpelling(name) { return true }
            return false
        }
    }
}

extension HeaderName {
    /// Whether upstreams could take `name` for this one: equal without regard to case when `_`
    /// counts as `-`.
    public func isSpelling(_ name: Span<UInt8>) -> Bool {
        let wanted = bytes.span
        guard name.count == wanted.count else { return false }
        for index in 0..<name.count
        where Self.hyphenated(name[index]) != Self.hyphenated(wanted[index]) {
            return false
        }
        return true
    }

    private static func hyphenated(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte.lowercased
    }
}
