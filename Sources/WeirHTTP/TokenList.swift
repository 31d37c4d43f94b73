import WeirBase

/// Walks the elements of a comma-separated value (RFC 9110, section 5.6.1), empty ones left out.
///
/// It holds positions only, so that the value can be looked at between the steps.
struct TokenList {
    private var position = 0
    private let end: Int

    /// Whether an element that was passed was empty.
    private(set) var hasEmpty = false

    init(_ value: Span<UInt8>) { end = value.count }

    /// Whether a comma followed the last element.
    var hasMore: Bool { position <= end }

    /// The extent of the next element without white space around it; nil after the last.
    mutating func next(_ value: Span<UInt8>) -> Range<Int>? {
        while position <= end {
            var start = position
            var stop = position
            while stop < end && value[stop] != UInt8(ascii: ",") { stop += 1 }
            position = stop + 1
            while start < stop && value[start].isBlank { start += 1 }
            while stop > start && value[stop - 1].isBlank { stop -= 1 }
            if start < stop { return start..<stop }
            hasEmpty = true
        }
        return nil
    }
}

extension UInt8 {
    /// Whether the byte is a space or a tab, the white space of HTTP (RFC 9110, section 5.6.3).
    var isBlank: Bool { self == 0x20 || self == 0x09 }
}
