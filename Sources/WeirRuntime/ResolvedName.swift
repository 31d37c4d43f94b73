public import WeirBase

/// What a host name stands for.
public struct ResolvedName: Hashable, Sendable {
    /// The addresses without repetition, the preferred ones first (RFC 6724).
    public let addresses: [IPAddress]

    /// For how many seconds the answer holds: the smallest of all its records, 0 when it came from
    /// the hosts file, and `Int.max` when the name was an address itself.
    public let ttl: Int

    /// Creates an answer.
    public init(addresses: [IPAddress], ttl: Int) {
        self.addresses = addresses
        self.ttl = ttl
    }
}

/// Why a host name could not be resolved.
public enum ResolveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such name.
    case notFound
    /// The name has no address of the family that was asked for.
    case noAddress
    /// No server answered in time.
    case timeout
    /// No server could be reached, or all refused to answer.
    case refused
    /// The server failed to find out.
    case serverFailure
    /// The text is not a host name.
    case invalidName
    /// The resolver was stopped.
    case cancelled
    /// Something else, in the resolver library's words.
    case other(String)

    /// The reason in words.
    public var description: String {
        switch self {
        case .notFound: "no such host"
        case .noAddress: "the host has no address of the wanted family"
        case .timeout: "no name server answered in time"
        case .refused: "the name servers cannot be reached or refuse to answer"
        case .serverFailure: "the name server failed"
        case .invalidName: "not a host name"
        case .cancelled: "the resolver was stopped"
        case .other(let words): words
        }
    }
}
