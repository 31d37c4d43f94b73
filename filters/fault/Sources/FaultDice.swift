internal import WeirBase

/// The draws for one request. Each is a function of the request's number and its own, so that
/// changing the share of one fault changes no draw of another.
struct FaultDice: Sendable {
    /// What is drawn besides the shares of the faults, which have the numbers of their kinds.
    enum Draw: UInt64 {
        case delayLength = 16
        case corruption = 17
    }

    private let base: UInt64

    /// The draws of a request that has got these random bits.
    init(bits: UInt64) { base = bits }

    /// The draws of the request with that number in the sequence of a seed.
    init(seed: UInt64, number: UInt64) {
        base = Self.mix(Self.mix(seed) &+ number)
    }

    /// Whether a share of requests contains this one.
    func falls(on kind: FaultKind, percent: Double) -> Bool {
        if percent >= 100 { return true }
        if percent <= 0 { return false }
        return Self.unit(bits(UInt64(kind.rawValue))) * 100 < percent
    }

    /// Where in a distribution the request stands: from 0 up to, but not including, 1.
    var delayLength: Double { Self.unit(bits(Draw.delayLength.rawValue)) }

    /// Where the sequence begins by which bytes are changed.
    var corruption: UInt64 { bits(Draw.corruption.rawValue) }

    private func bits(_ number: UInt64) -> UInt64 { Self.mix(base &+ number) }

    /// The finaliser of SplitMix64, over the steps of its Weyl sequence.
    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = (value &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, 1.
    static func unit(_ bits: UInt64) -> Double { Double(bits >> 11) / 9_007_199_254_740_992 }
}
