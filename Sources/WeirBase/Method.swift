/// A request method (RFC 9110, section 9). Methods are case-sensitive.
public enum Method: UInt8, Sendable, CaseIterable {
    case get, head, post, put, delete, connect, options, trace, patch
    /// A method of another name, which the head keeps in `methodName`.
    case other

    /// The method's name; empty for `.other`.
    public var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .other: ""
        }
    }

    /// Whether a request of this method may be sent again after an unclear failure (section 9.2.2).
    public var isIdempotent: Bool {
        switch self {
        case .get, .head, .put, .delete, .options, .trace: true
        case .post, .connect, .patch, .other: false
        }
    }

    /// The method that `name` spells.
    public init(_ name: Span<UInt8>) {
        for method in Method.allCases where method != .other {
            if name.count == method.name.utf8CodeUnitCount, name.equals(method.name) {
                self = method
                return
            }
        }
        self = .other
    }
}
