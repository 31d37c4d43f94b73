internal import WeirBase

/// The slots of a Redis Cluster, by which it spreads keys over its nodes.
enum RedisSlot {
    static let count = 16_384

    /// The slot of a key. What stands between the first `{` and the next `}` counts alone, if it is
    /// anything.
    static func of(_ key: Span<UInt8>) -> Int {
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key.firstIndex(of: UInt8(ascii: "}"), from: open + 1), close > open + 1
        {
            return Int(checksum(key.extracting(open + 1..<close))) % count
        }
        return Int(checksum(key)) % count
    }

    /// CRC-16 as XMODEM has it: the polynomial 0x1021, from 0.
    static func checksum(_ bytes: Span<UInt8>) -> UInt16 {
        var value: UInt16 = 0
        for index in bytes.indices {
            value ^= UInt16(bytes[index]) << 8
            for _ in 0..<8 { value = value & 0x8000 == 0 ? value << 1 : value << 1 ^ 0x1021 }
        }
        return value
    }
}

/// Which node has which slot, as far as it is known.
struct RedisSlotMap {
    /// The position of a slot's node among `nodes`, and one more; 0 for not known.
    private var slots: [UInt16] = []
    private var nodes: [SocketAddress] = []

    /// More nodes than any cluster has.
    private static let mostNodes = 1024

    subscript(slot: Int) -> SocketAddress? {
        get {
            guard !slots.isEmpty, slots[slot] > 0 else { return nil }
            return nodes[Int(slots[slot]) - 1]
        }
        set {
            guard let newValue else {
                if !slots.isEmpty { slots[slot] = 0 }
                return
            }
            if slots.isEmpty { slots = [UInt16](repeating: 0, count: RedisSlot.count) }
            if let known = nodes.firstIndex(of: newValue) {
                slots[slot] = UInt16(known + 1)
                return
            }
            if nodes.count == Self.mostNodes {
                nodes = []
                slots = [UInt16](repeating: 0, count: RedisSlot.count)
            }
            nodes.append(newValue)
            slots[slot] = UInt16(nodes.count)
        }
    }
}
