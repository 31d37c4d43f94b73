/// How much of a message's framing is read before the peer is refused, in bytes unless said
/// otherwise.
public struct HTTPLimits: Sendable, Equatable {
    /// The whole head with its first line: more is 431, or 414 while still in the request line.
    public var headBytes = 32 * 1024

    /// The request target: more is 414.
    public var targetBytes = 8 * 1024

    /// Fields of a head, and fields of a trailer section, each counted alone: more is 431.
    public var fieldCount = 100

    /// The trailer section: more is 431. The caller's buffer must be able to hold this much.
    public var trailerBytes = 8 * 1024

    /// The line that begins a chunk, its size and extensions.
    public var chunkLineBytes = 256

    /// How many bytes a body's chunk lines may exceed what its data justifies (16 bytes a chunk and
    /// twice the data), so that tiny chunks with long extensions cannot keep a worker busy.
    public var chunkExcessBytes = 16 * 1024

    /// Creates the default limits.
    public init() {}
}
