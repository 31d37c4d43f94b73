internal import WeirFilter

/// Decides by a trace's identifier whether it is recorded, so that all who sample by this rule at
/// the same or a higher share pick the same traces.
///
/// The rule is OpenTelemetry's for randomness of W3C Trace Context Level 2: the last 56 bits of the
/// identifier, read as a number, have to reach a threshold.
struct Sampler: Sendable {
    private static let bits: UInt64 = 1 << 56
    private let threshold: UInt64

    init(_ share: Percentage) {
        threshold = UInt64(((1 - share.percent / 100) * Double(Self.bits)).rounded())
    }

    func samples(traceLow: UInt64) -> Bool { traceLow & (Self.bits - 1) >= threshold }
}
