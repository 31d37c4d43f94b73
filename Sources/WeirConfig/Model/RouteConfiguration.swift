public import WeirBase

/// One route: which requests it takes and what happens to them.
public struct RouteConfiguration: Sendable {
    /// The name; it stands in logs and metrics. Default: the table's name with the index,
    /// `public[3]`.
    public let name: String
    /// Where it stands in the file.
    public let mark: SourceMark
    /// Which requests it takes.
    public let match: RouteMatch
    /// What happens to them.
    public let action: RouteAction
    /// What changes in a request on its way to the cluster.
    public let rewrite: RouteRewrite
    /// From the complete request to the response's head, retries included, then 504; nil when
    /// `unsafe-no-timeout: true` stands instead. Default: 15 s. Upgraded connections are past it.
    public let timeout: Interval?
    /// Bytes of a request's body, above it 413; `Int.max` for no bound (`0`), nil for the
    /// listener's. Default: nil.
    public let bodyLimit: Int?
    /// Changes of the chain's filters for this route, by filter.
    public let overrides: [FilterOverride]

    /// The time that a route has when it says nothing: 15 s.
    public static let defaultTimeout = Interval.seconds(15)
}

/// What happens to a request: exactly one of `to`, `redirect` and `respond`.
public enum RouteAction: Sendable, Hashable {
    /// It goes to one of these clusters, drawn by weight; the list is never empty.
    case forward([WeightedCluster])
    /// The client is sent elsewhere.
    case redirect(RouteRedirect)
    /// The gateway answers.
    case respond(RouteResponse)

    /// The cluster that it leads to; empty when there are several or none.
    public var onlyCluster: String {
        guard case .forward(let clusters) = self, clusters.count == 1 else { return "" }
        return clusters[0].cluster
    }
}

/// A cluster with its share of a route's requests.
public struct WeightedCluster: Sendable, Hashable {
    /// The cluster's name; it exists.
    public let cluster: String
    /// The share, relative to the others; one of them is above 0. Default: 1.
    public let weight: Int
}

/// `rewrite` of a route: what changes in a request on its way to the cluster.
public struct RouteRewrite: Sendable, Hashable {
    /// What becomes of the path.
    public enum Path: Sendable, Hashable {
        /// What the route's path matched before `/**` is replaced by this, which has no slash at
        /// its end: `/`, which puts nothing before the rest, is empty. A new path that would be
        /// empty is `/`.
        case prefix(String)
        /// The whole path is replaced; `{name}` stands for what the match captured.
        case template(PathTemplate)
    }

    /// What becomes of the path; nil for no change.
    public let path: Path?
    /// The new authority; nil for no change.
    public let host: String?

    /// No change.
    public static let none = RouteRewrite(path: nil, host: nil)
}

/// `redirect` of a route: parts that are nil stay as the request has them.
public struct RouteRedirect: Sendable, Hashable {
    /// 301, 302, 303, 307 or 308. Default: 308, which keeps the method.
    public let status: Int
    /// `http` or `https`.
    public let scheme: String?
    /// The host, with a port if it needs one.
    public let host: String?
    /// What becomes of the path.
    public let path: RouteRewrite.Path?
    /// Whether the query goes along. Default: true.
    public let keepsQuery: Bool
}

/// `respond` of a route: an answer by the gateway.
public struct RouteResponse: Sendable, Hashable {
    /// 200 to 599. Default: 200.
    public let status: Int
    /// The body. Default: empty.
    public let body: String
    /// Fields of the answer, in the order of the file; `content-length` is added.
    public let headers: [Field]

    /// A field of the answer.
    public struct Field: Sendable, Hashable {
        /// The name.
        public let name: HeaderName
        /// The value.
        public let value: String
    }
}
