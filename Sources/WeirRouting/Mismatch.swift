package import WeirConfig

/// One reason why a route does not take a request.
package enum Mismatch: Sendable, Hashable, CustomStringConvertible {
    /// The host is none of these.
    case host([HostPattern])
    /// The path is not like this.
    case path(PathPattern)
    /// The method is none of these.
    case method([String])
    /// No value of the header field passes.
    case header(HeaderMatch)
    /// No value of the query parameter passes.
    case query(QueryMatch)

    /// The reason as a clause, for people.
    package var description: String {
        switch self {
        case .host(let hosts): "the host is not \(Self.list(hosts.map(\.description)))"
        case .path(let path): "the path does not match \(path)"
        case .method(let methods): "the method is not \(Self.list(methods))"
        case .header(let header): "the header \(header.name) \(header.value.failure)"
        case .query(let parameter):
            "the query parameter \(parameter.name) \(parameter.value.failure)"
        }
    }

    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " or \(last)"
    }
}

extension ValueMatch {
    /// What is wrong with values that do not pass.
    fileprivate var failure: String {
        switch self {
        case .exact(let text): "is not \"\(text)\""
        case .prefix(let text): "does not begin with \"\(text)\""
        case .suffix(let text): "does not end with \"\(text)\""
        case .contains(let text): "does not contain \"\(text)\""
        case .regex(let pattern): "does not match regex \(pattern)"
        case .present(true): "is missing"
        case .present(false): "is there"
        }
    }
}
