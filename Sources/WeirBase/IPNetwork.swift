/// A block of addresses in CIDR notation (RFC 4632): `10.0.0.0/8`, `2001:db8::/32`.
public struct IPNetwork: Hashable, Sendable, CustomStringConvertible {
    /// The first address.
    public let base: IPAddress

    /// How many leading bits are fixed: up to 32 for IPv4, 128 for IPv6.
    public let prefix: Int

    /// Reads CIDR text or a single address; nil for other text, or when bits after the prefix are
    /// set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = IPAddress(String(parts[0])) else { return nil }
        let width = base.isV4 ? 32 : 128
        guard let prefix = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(prefix)
        else { return nil }
        self.base = base
        self.prefix = prefix
        guard Self.mask(base, prefix) == base else { return nil }
    }

    /// Whether `address` lies in the block.
    public func contains(_ address: IPAddress) -> Bool {
        address.isV4 == base.isV4 && Self.mask(address, prefix) == base
    }

    /// The block's text.
    public var description: String { "\(base)/\(prefix)" }

    private static func mask(_ address: IPAddress, _ prefix: Int) -> IPAddress {
        if address.isV4 {
            let bits = UInt32(truncatingIfNeeded: address.low)
            return IPAddress(v4: prefix == 0 ? 0 : bits & (UInt32.max << (32 - prefix)))
        }
        func half(_ value: UInt64, _ kept: Int) -> UInt64 {
            kept <= 0 ? 0 : kept >= 64 ? value : value & (UInt64.max << (64 - kept))
        }
        return IPAddress(v6: half(address.high, prefix), half(address.low, prefix - 64))
    }
}
