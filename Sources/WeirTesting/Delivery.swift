public import WeirBase

/// How the two messages of an exchange arrive and how willingly they are taken.
public struct Delivery: Sendable, Hashable, CustomStringConvertible {
    /// How a body is cut into pieces.
    public enum Split: Sendable, Hashable {
        /// In one piece.
        case whole
        /// In two, the first of so many bytes.
        case at(Int)
        /// Byte by byte.
        case bytes
        /// In one piece, and an empty one that says that it was the last.
        case lateEnd
    }

    /// A moment at which a client goes away before the exchange is over, the same at both depths:
    /// filters have gone by then as far as they can without waiting, and what was to come after it
    /// does not come. The cause is `client_closed`, unless a filter was faster. How much the
    /// upstream sees of the request is a matter of time over sockets.
    public enum Departure: String, Sendable, CaseIterable {
        /// After the request's head, with nothing of its body sent.
        case requestHead = "after the request's head"
        /// After the whole request. The upstream does not answer before.
        case request = "after the request"
        /// After the response's head. The upstream sends nothing of its body before.
        case responseHead = "after the response's head"
    }

    /// The pieces of the request's body.
    public var request: Split
    /// The pieces of the response's body.
    public var response: Split
    /// How often the other side refuses each piece before it takes it: back-pressure.
    public var refusals = 0
    /// The time before each piece.
    public var gap = Interval.zero
    /// Whether the upstream answers as soon as it has the request's head.
    public var answersEarly = false
    /// How often the request is sent in vain (`upstream_reset`) before an upstream takes it.
    public var failedAttempts = 0
    /// The step before which the client goes away, in memory alone; nil when it stays.
    public var resetAt: Int?
    /// The moment at which the client goes away; nil when it stays.
    public var departure: Departure?

    /// Describes a delivery; without arguments everything arrives at once.
    public init(request: Split = .whole, response: Split = .whole) {
        self.request = request
        self.response = response
    }

    /// What differs from everything arriving at once.
    public var description: String {
        var parts = ["request body \(request)", "response body \(response)"]
        if refusals > 0 { parts.append("each piece refused \(refusals) times") }
        if gap > .zero { parts.append("\(gap.microseconds) µs between pieces") }
        if answersEarly { parts.append("early answer") }
        if failedAttempts > 0 { parts.append("\(failedAttempts) attempts in vain") }
        if let departure { parts.append("the client leaves \(departure.rawValue)") }
        if let resetAt { parts.append("reset at step \(resetAt)") }
        return parts.joined(separator: ", ")
    }
}

extension Delivery.Split {
    /// Cuts a body; the last piece is the last.
    public func pieces(_ body: ByteString) -> [ByteString] {
        let bytes = body.storage
        switch self {
        case .at(let first) where first > 0 && first < bytes.count:
            return [ByteString(Array(bytes[..<first])), ByteString(Array(bytes[first...]))]
        case .bytes where !bytes.isEmpty: return bytes.map { ByteString([$0]) }
        case .lateEnd: return [body, ByteString()]
        case .whole, .at, .bytes: return [body]
        }
    }
}
