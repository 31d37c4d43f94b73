internal import WeirBase

/// Finds the frames in what a peer sends, to count them before anything is done with them
/// (RFC 9113, section 4.1). Knows nothing of their contents.
struct FrameScanner {
    /// The head of a frame.
    struct Frame: Equatable {
        var length = 0
        var type: UInt8 = 0
        var flags: UInt8 = 0
        var stream: UInt32 = 0

        func has(_ flag: UInt8) -> Bool { flags & flag != 0 }
    }

    /// How many bytes of the client's preface, then of the present payload, are still to come.
    private var skip: Int
    /// The head as far as it has come, in the lowest bits.
    private var partial: UInt128 = 0
    private var partialCount = 0

    /// Scans what a client sends, which begins with a preface of that many bytes, or a server.
    init(prefaceCount: Int) { skip = prefaceCount }

    /// Whether part of the last frame's payload is still to come.
    var isInsidePayload: Bool { skip > 0 }

    /// The next frame whose head is complete, from `offset` on; nil when the bytes are used up.
    mutating func next(in bytes: Span<UInt8>, from offset: inout Int) -> Frame? {
        let skipped = min(skip, bytes.count - offset)
        skip -= skipped
        offset += skipped
        if skip > 0 { return nil }
        if partialCount == 0 && bytes.count - offset >= 9 {
            // The usual case: the whole head is there.
            let word = bytes.word(at: offset).byteSwapped
            let last = bytes[offset + 8]
            offset += 9
            return begin(UInt128(word) << 8 | UInt128(last))
        }
        while offset < bytes.count {
            partial = partial << 8 | UInt128(bytes[offset])
            offset += 1
            partialCount += 1
            if partialCount == 9 {
                let whole = partial
                partial = 0
                partialCount = 0
                return begin(whole)
            }
        }
        return nil
    }

    private mutating func begin(_ head: UInt128) -> Frame {
        skip = Int(head >> 48)
        return Frame(
            length: skip, type: UInt8(truncatingIfNeeded: head >> 40),
            flags: UInt8(truncatingIfNeeded: head >> 32),
            stream: UInt32(truncatingIfNeeded: head) & 0x7FFF_FFFF)
    }
}

/// The numbers of the protocol (RFC 9113, section 6; RFC 9218, section 7.1).
enum FrameType {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let resetStream: UInt8 = 3
    static let settings: UInt8 = 4
    static let pushPromise: UInt8 = 5
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9
    static let priorityUpdate: UInt8 = 16
}

/// Flags of frames; which one a bit is depends on the type.
enum FrameFlag {
    static let endStream: UInt8 = 1
    static let acknowledgement: UInt8 = 1
    static let endHeaders: UInt8 = 4
    static let padded: UInt8 = 8
}

/// Error codes (RFC 9113, section 7).
enum ErrorCode {
    static let none: UInt32 = 0
    static let `protocol`: UInt32 = 1
    static let `internal`: UInt32 = 2
    static let flowControl: UInt32 = 3
    static let settingsTimeout: UInt32 = 4
    static let streamClosed: UInt32 = 5
    static let frameSize: UInt32 = 6
    static let refusedStream: UInt32 = 7
    static let cancel: UInt32 = 8
    static let compression: UInt32 = 9
    static let connect: UInt32 = 10
    static let enhanceYourCalm: UInt32 = 11
}
