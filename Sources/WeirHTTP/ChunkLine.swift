import WeirBase

/// Reads the line that begins a chunk (RFC 9112, sections 7.1 and 7.1.1) byte by byte, so that a
/// line may be cut anywhere.
///
/// The size is hexadecimal digits and nothing else, right up to `;` or CRLF. Extensions are read
/// over; they end at CRLF and nothing less, also in quoted strings.
struct ChunkLine {
    enum Step: Equatable {
        case goesOn
        /// The line is complete; the chunk has so many bytes of data.
        case complete(Int64)
        case failed(Fault)
    }

    private enum Place {
        case size, extensions, quoted, quotedPair, lineFeed
    }

    private var place = Place.size
    private var size: Int64 = 0
    private var digits = 0

    /// How many bytes of the line were read.
    private(set) var count = 0

    /// Takes the line's next byte.
    mutating func accept(_ byte: UInt8) -> Step {
        count += 1
        if place == .lineFeed {
            return byte == UInt8(ascii: "\n") ? .complete(size) : .failed(.bareCarriageReturn)
        }
        if byte == UInt8(ascii: "\n") { return .failed(.bareLineFeed) }
        if place == .size { return acceptSize(byte) }
        if byte == UInt8(ascii: "\r") && place == .extensions {
            place = .lineFeed
            return .goesOn
        }
        // Also refuses CR within a quoted string.
        guard byte.isAllowedInValue else { return .failed(.chunkExtensionInvalid) }
        switch (place, byte) {
        case (.extensions, UInt8(ascii: "\"")): place = .quoted
        case (.quoted, UInt8(ascii: "\"")): place = .extensions
        case (.quoted, UInt8(ascii: "\\")): place = .quotedPair
        case (.quotedPair, _): place = .quoted
        default: break
        }
        return .goesOn
    }

    private mutating func acceptSize(_ byte: UInt8) -> Step {
        if let digit = byte.hexValue {
            digits += 1
            // Fifteen digits are 2^60 bytes; one more could overflow, and only an attack has use
            // for it, leading zeros included.
            guard digits <= 15 else { return .failed(.chunkSizeInvalid) }
            size = size << 4 | Int64(digit)
            return .goesOn
        }
        guard digits > 0 else { return .failed(.chunkSizeInvalid) }
        switch byte {
        case UInt8(ascii: "\r"): place = .lineFeed
        case UInt8(ascii: ";"): place = .extensions
        default: return .failed(.chunkSizeInvalid)
        }
        return .goesOn
    }
}
