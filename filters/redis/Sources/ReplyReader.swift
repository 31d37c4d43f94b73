internal import CHiredis
internal import WeirBase

/// Finds where Redis' values end (RESP, version 2), with the reader of hiredis.
///
/// hiredis is given no functions that make objects, so it checks and counts and keeps nothing.
@safe
final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>

    /// Creates a reader; nil when there is no memory for it.
    init?() {
        guard let made = unsafe redisReaderCreateWithFunctions(nil) else { return nil }
        unsafe reader = made
    }

    deinit { unsafe redisReaderFree(reader) }

    /// Takes bytes; false when there is no memory for them.
    func feed(_ bytes: Span<UInt8>) -> Bool {
        if bytes.isEmpty { return true }
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe redisReaderFeed(
                reader, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
                == REDIS_OK
        }
    }

    /// What the bytes so far are.
    enum Step: Equatable {
        /// A complete value; whether it is an array, as commands are.
        case value(isArray: Bool)
        /// The beginning of a value, or nothing.
        case incomplete
        /// No value of the protocol.
        case broken
    }

    /// Goes on to the end of the next value. `size` is how many bytes were used up.
    func next() -> (step: Step, size: Int) {
        let before = unsafe reader.pointee.len - reader.pointee.pos
        var value: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &value) == REDIS_OK else { return (.broken, 0) }
        let size = unsafe before - (reader.pointee.len - reader.pointee.pos)
        // Without functions for objects, a value is represented by the number of its type.
        let type = Int(bitPattern: value)
        if type == 0 { return (.incomplete, size) }
        return (.value(isArray: type == Int(REDIS_REPLY_ARRAY)), size)
    }
}
