public import WeirBase

/// `match` of a route: which requests it takes. What is not named matches anything.
public struct RouteMatch: Sendable, Hashable {
    /// One of these hosts; empty for any.
    public let hosts: [HostPattern]
    /// The path.
    public let path: PathPattern
    /// One of these methods, case-sensitive; empty for any.
    public let methods: [String]
    /// All of these header fields.
    public let headers: [HeaderMatch]
    /// All of these query parameters.
    public let query: [QueryMatch]

    /// Asks for all of this.
    public init(
        hosts: [HostPattern] = [], path: PathPattern = .any, methods: [String] = [],
        headers: [HeaderMatch] = [], query: [QueryMatch] = []
    ) {
        self.hosts = hosts
        self.path = path
        self.methods = methods
        self.headers = headers
        self.query = query
    }

    /// Matches every request.
    public static let everything = RouteMatch()
}

/// A host that a route is for. The port of a request plays no part.
public enum HostPattern: Sendable, Hashable, CustomStringConvertible {
    /// Every host.
    case any
    /// This host, in lower case.
    case exact(String)
    /// Every host below this one, at any depth: `*.example.com` holds `example.com`.
    case wildcard(String)

    /// The text as it would be written.
    public var description: String {
        switch self {
        case .any: "*"
        case .exact(let host): host
        case .wildcard(let suffix): "*.\(suffix)"
        }
    }
}

/// A path that a route is for, compared with a request's canonical path.
public enum PathPattern: Sendable, Hashable, CustomStringConvertible {
    /// Every path: `/**`, or none given.
    case any
    /// This path: `/health`.
    case exact(String)
    /// This path and all below it, by whole segments: `/v1/**` holds `/v1` and takes `/v1`,
    /// `/v1/` and `/v1/a`, never `/v10`.
    case prefix(String)
    /// Segments with captures: `/users/{id}/files/{rest=**}`.
    case template(PathTemplate)
    /// A regular expression that the whole path must match. Its named groups are captures.
    case regex(String)

    /// The text as it would be written.
    public var description: String {
        switch self {
        case .any: "/**"
        case .exact(let path): path
        case .prefix(let path): "\(path)/**"
        case .template(let template): template.description
        case .regex(let pattern): "regex \(pattern)"
        }
    }
}

/// What a header field or query parameter must be.
public enum ValueMatch: Sendable, Hashable {
    /// Exactly this.
    case exact(String)
    /// Begins so.
    case prefix(String)
    /// Ends so.
    case suffix(String)
    /// Holds this.
    case contains(String)
    /// As a whole matches this regular expression.
    case regex(String)
    /// There (true) or not there (false).
    case present(Bool)
}

/// A header field that a request must have.
public struct HeaderMatch: Sendable, Hashable {
    /// The field's name.
    public let name: HeaderName
    /// What one of its values must be.
    public let value: ValueMatch

    /// Asks for a field.
    public init(name: HeaderName, value: ValueMatch) {
        self.name = name
        self.value = value
    }
}

/// A query parameter that a request must have.
public struct QueryMatch: Sendable, Hashable {
    /// The parameter's name, decoded.
    public let name: String
    /// What one of its values must be, decoded.
    public let value: ValueMatch

    /// Asks for a parameter.
    public init(name: String, value: ValueMatch) {
        self.name = name
        self.value = value
    }
}
