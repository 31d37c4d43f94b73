package import WeirBase
package import WeirFilter

/// What to do with requests that match, compiled from configuration and shared by all loops.
package final class Route: Sendable {
    /// Where the request goes.
    package enum Action: Sendable {
        /// A cluster, by its position among the snapshot's.
        case cluster(Int)
        /// One of several clusters, drawn by weight. Weights are running sums.
        case weighted([(cluster: Int, upTo: Int)])
        /// Another address.
        case redirect(Redirect)
        /// An answer of our own.
        case respond(LocalResponse)
    }

    package let place: StreamPlace
    package let action: Action
    package let chain: FilterChain
    package let rewrite: Rewrite?
    /// From the complete request to the response's head; nil for no bound.
    package let timeout: Interval?
    /// The longest request body, in bytes; nil for no bound.
    package let bodyLimit: Int64?
    /// The first of the route's metrics.
    package let metrics: Int

    package init(
        place: StreamPlace, action: Action, chain: FilterChain, rewrite: Rewrite? = nil,
        timeout: Interval? = .seconds(15), bodyLimit: Int64? = nil, metrics: Int
    ) {
        self.place = place
        self.action = action
        self.chain = chain
        self.rewrite = rewrite
        self.timeout = timeout
        self.bodyLimit = bodyLimit
        self.metrics = metrics
    }
}

/// A piece of a path in which captures are filled in.
package enum PathPiece: Sendable, Equatable {
    case literal(ByteString)
    case capture(Int)
}

/// How the request is changed on its way to the upstream.
package struct Rewrite: Sendable {
    /// The new path, if it changes.
    package enum Path: Sendable {
        /// Replaces so many leading bytes, which the route matched as its prefix.
        case prefix(count: Int, with: ByteString)
        /// Replaces all of it.
        case whole([PathPiece])
    }

    package var path: Path?
    package var host: ByteString?

    package init(path: Path? = nil, host: ByteString? = nil) {
        self.path = path
        self.host = host
    }
}

/// Where a redirect points; parts that are nil stay as in the request.
package struct Redirect: Sendable {
    package var status: Int
    package var scheme: ByteString?
    package var host: ByteString?
    package var path: Rewrite.Path?
    package var keepsQuery: Bool

    package init(
        status: Int = 308, scheme: ByteString? = nil, host: ByteString? = nil,
        path: Rewrite.Path? = nil, keepsQuery: Bool = true
    ) {
        self.keepsQuery = keepsQuery
        self.status = status
        self.scheme = scheme
        self.host = host
        self.path = path
    }
}

extension Rewrite.Path {
    /// The path that `original` becomes; always starts with a slash.
    func apply(to original: ByteString, captures: [Range<Int>]) -> ByteString {
        var result = ByteString()
        switch self {
        case .prefix(let count, let replacement):
            result.append(replacement)
            let rest = original.storage.dropFirst(count)
            if result.storage.last == UInt8(ascii: "/") && rest.first == UInt8(ascii: "/") {
                result.storage.append(contentsOf: rest.dropFirst())
            } else {
                result.storage.append(contentsOf: rest)
            }
        case .whole(let pieces):
            for piece in pieces {
                switch piece {
                case .literal(let text): result.append(text)
                case .capture(let index) where index < captures.count:
                    result.storage.append(contentsOf: original.storage[captures[index]])
                case .capture: break
                }
            }
        }
        if result.storage.first != UInt8(ascii: "/") {
            result.storage.insert(UInt8(ascii: "/"), at: 0)
        }
        return result
    }
}
