public import WeirBase

/// A set of networks as sorted ranges that do not touch, so that a look-up is one binary search:
/// 14 steps for 10,000 networks, whatever they look like.
public struct NetworkSet: Sendable {
    private let v4: Ranges<UInt32>
    private let v6: Ranges<UInt128>

    /// Gathers networks; they may overlap.
    public init(_ networks: [IPNetwork]) {
        v4 = Ranges(
            networks.compactMap { network in
                guard let base = network.base.v4Bits else { return nil }
                return (base, base | Self.hostMask(network.prefix))
            })
        v6 = Ranges(
            networks.filter { !$0.base.isV4 }.map { network in
                let base = Self.bits(network.base)
                return (base, base | Self.hostMask(network.prefix))
            })
    }

    /// Reads networks as they are written in configuration: `10.0.0.0/8`, `2001:db8::/32` or single
    /// addresses. The error's path is the index of the text at fault.
    public init(_ texts: [String]) throws(ConfigurationError) {
        var networks: [IPNetwork] = []
        for (index, text) in texts.enumerated() {
            guard let network = IPNetwork(text) else {
                throw ConfigurationError(at: ["\(index)"], Self.hint(text))
            }
            networks.append(network)
        }
        self.init(networks)
    }

    /// Says what is wrong with a network, most helpfully when only the bits after the prefix are.
    private static func hint(_ text: String) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, let address = IPAddress(String(parts[0])), let prefix = Int(parts[1]),
            (0...(address.isV4 ? 32 : 128)).contains(prefix)
        {
            return "`\(text)` has bits set after its prefix; write the network's first address"
        }
        return "expected a network such as 10.0.0.0/8 or 2001:db8::/32, found `\(text)`"
    }

    /// Whether one of the networks contains `address`.
    public func contains(_ address: IPAddress) -> Bool {
        if let bits = address.v4Bits { return v4.contains(bits) }
        return v6.contains(Self.bits(address))
    }

    private static func bits(_ address: IPAddress) -> UInt128 {
        let (high, low) = address.v6Halves
        return UInt128(high) << 64 | UInt128(low)
    }

    /// The bits after a prefix.
    private static func hostMask<Bits: FixedWidthInteger>(_ prefix: Int) -> Bits {
        prefix == 0 ? Bits.max : prefix == Bits.bitWidth ? 0 : Bits.max >> prefix
    }
}

/// Closed ranges in order, with a gap between any two.
private struct Ranges<Bits: FixedWidthInteger & Sendable>: Sendable {
    private var first: [Bits] = []
    private var last: [Bits] = []

    init(_ ranges: [(first: Bits, last: Bits)]) {
        for range in ranges.sorted(by: { $0.first < $1.first }) {
            let end = last.count - 1
            if end >= 0, last[end] == .max || range.first <= last[end] + 1 {
                last[end] = max(last[end], range.last)
            } else {
                first.append(range.first)
                last.append(range.last)
            }
        }
    }

    func contains(_ bits: Bits) -> Bool {
        // How many ranges start at or before `bits`; the last of them is the only candidate.
        var low = 0
        var high = first.count
        while low < high {
            let middle = (low + high) / 2
            if first[middle] <= bits { low = middle + 1 } else { high = middle }
        }
        return low > 0 && bits <= last[low - 1]
    }
}
