public import WeirBase

/// A piece of a body that a filter may look at and change in place.
///
/// The object belongs to the stream and is valid for the call only; a filter that wants to keep the
/// bytes copies them.
public final class BodyChunk {
    /// The bytes. Whatever they are when the filter returns is what goes on.
    public var bytes = ByteString()

    /// Creates an empty chunk.
    public init() {}

    /// Creates a chunk that holds `bytes`.
    public init(_ bytes: ByteString) { self.bytes = bytes }
}
