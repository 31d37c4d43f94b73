public import WeirBase

/// A piece of a body that a filter may look at and change in place.
///
/// The object belongs to the stream and is valid for the call only; a filter that wants to keep the
/// bytes copies them.
public final class BodyChunk {
    /// The bytes. Whatever they are when the filter returns is what goes on.
    public var bytes = ByteString()

    /// Where the bytes begin that stay with the filter; negative when none do.
    private(set) var keptFrom = -1

    /// Creates an empty chunk.
    public init() {}

    /// Creates a chunk that holds `bytes`.
    public init(_ bytes: ByteString) { self.bytes = bytes }

    /// Lets only the bytes before `index` go on now. The filter is shown the others once these have
    /// gone, as the next piece, which is the last one if this one was.
    ///
    /// With 0, nothing goes on: return a pause, at whose end the filter is shown the same bytes
    /// again. Without one, and with an index that is not within the bytes, everything goes on.
    public func keep(from index: Int) { keptFrom = index < bytes.count ? max(0, index) : -1 }

    /// Has the phase of the trailers come after the end of this message, even if none were sent:
    /// there any filter may add some. Counts in the call that `isLast`.
    public func expectTrailers() { expectsTrailers = true }

    /// Whether a filter has asked for trailers.
    var expectsTrailers = false

    /// Whether bytes stay with the filter after such a verdict.
    package func keepsSome(after verdict: Verdict) -> Bool {
        guard keptFrom >= 0 && keptFrom < bytes.count else { return false }
        return switch verdict {
        case .continue: keptFrom > 0
        case .pause: true
        case .respond, .buffer, .cutOff: false
        }
    }

    /// How many bytes stay with the filter after such a verdict.
    func keptCount(after verdict: Verdict) -> Int {
        keepsSome(after: verdict) ? bytes.count - keptFrom : 0
    }

    /// What stays with the filter after such a verdict, taken out of the bytes; nil for nothing.
    func takeKept(after verdict: Verdict) -> ByteString? {
        defer { keptFrom = -1 }
        guard keepsSome(after: verdict) else { return nil }
        let index = keptFrom
        guard index > 0 else {
            let all = bytes
            bytes = ByteString()
            return all
        }
        let whole = bytes
        bytes.storage.removeLast(whole.count - index)
        return ByteString(whole.span.extracting(index...))
    }
}
