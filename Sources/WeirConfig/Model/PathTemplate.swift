/// A path with captures: `/users/{id}/files/{rest=**}`. It matches, or writes a new path.
public struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    /// One segment between slashes.
    public enum Segment: Sendable, Hashable {
        /// This text.
        case literal(String)
        /// Any one segment that is not empty.
        case capture(String)
        /// Everything that is left after the slash, also nothing; only at the end. Without a name,
        /// written `**`, nothing is captured.
        case tail(String)
    }

    /// The segments, after the leading slash. A trailing slash is an empty literal at the end.
    public let segments: [Segment]

    /// Joins segments.
    public init(_ segments: [Segment]) { self.segments = segments }

    /// The names of captures, in order.
    public var names: [String] {
        segments.compactMap { segment in
            switch segment {
            case .capture(let name): name
            case .tail(let name): name.isEmpty ? nil : name
            case .literal: nil
            }
        }
    }

    /// The text as it would be written.
    public var description: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): "/\(text)"
            case .capture(let name): "/{\(name)}"
            case .tail(let name): name.isEmpty ? "/**" : "/{\(name)=**}"
            }
        }.joined()
    }
}
