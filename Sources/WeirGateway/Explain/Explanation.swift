internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRouting

/// What becomes of a request, step by step, as `weir explain` tells it.
struct Explanation {
    let file: String
    let sketch: RequestSketch
    /// The head as the client would send it.
    let head: String
    let listener: ListenerConfiguration
    let listenerReason: String
    /// What answers on the connection.
    let served: ServedRoutes
    /// The name that the handshake asks for; nil for none.
    let serverName: String?
    /// The entry of the listener's `server-names` that has the name; nil for none.
    let serverNames: ServerNameConfiguration?
    /// Who is connected; nil on a Unix socket.
    let peer: IPAddress?
    var result: Result
    /// What else is worth knowing.
    var notes: [String] = []

    /// How far the request comes.
    enum Result {
        /// It is refused before any route is looked for.
        case refused(Refusal)
        /// It gets to a route, or to none of them.
        case routed(Routed)
    }

    /// Why a request is refused before any route is looked for.
    struct Refusal {
        let status: Int
        let cause: String
    }

    /// What happens to a well-formed request.
    struct Routed {
        /// The canonical path.
        let path: String
        let query: String?
        /// Host and port in lower case.
        let authority: String
        /// Who asks, after trusted hops.
        let client: IPAddress?
        /// Nil when no route matches.
        let route: RouteConfiguration?
        let captures: [(name: String, value: String)]
        /// The nearest routes, the one that takes the request among them.
        let candidates: [(route: RouteConfiguration, outcome: RouteCandidate.Outcome)]
        let filters: [ExplainedFilter]
        /// Bytes of the body, or nil for any number.
        let bodyLimit: Int64?
        let timeout: Interval?
        let action: Action
    }

    /// What the route does, once the filters have let the request pass.
    enum Action {
        case forward(Forwarding)
        /// An answer of the gateway; `kind` is `redirect`, `respond`, `no-route` or
        /// `body-too-large`.
        case answer(kind: String, LocalResponse)
    }

    /// A request on its way to a cluster.
    struct Forwarding {
        /// The clusters with the share of requests that each gets, in percent.
        let clusters: [(cluster: ClusterConfiguration, share: Double)]
        let method: String
        let path: String
        let query: String?
        let authority: String
        /// The head as it is sent, the filters' changes aside.
        let head: String
    }
}

/// A filter's place in the chain, with what it does for this request.
struct ExplainedFilter {
    enum State {
        /// It is passed, with these settings. `says` is what it would do with this request, as far
        /// as it says anything.
        case on(phases: [String], settings: [EffectiveSetting], says: [String])
        /// The chain leaves it out.
        case offInChain
        /// The route leaves it out.
        case offOnRoute
    }

    let name: String
    let state: State
    /// Where it stands in the chain.
    let mark: SourceMark
    /// Where the route says something about it.
    let routeMark: SourceMark?
    /// Whether the chain by itself leaves it out.
    let isOffInChain: Bool
    /// What a route's settings do to those of the chain.
    let override: RouteOverride

    /// The places of a chain as a request on `route` finds them.
    static func all(
        _ served: ServedRoutes, route: RouteConfiguration?, chain: EffectiveChain,
        for stream: FilterStream
    ) -> [ExplainedFilter] {
        var remaining = chain.filters[...]
        return served.filters.filters.map { place in
            let change = route?.overrides.first { $0.name == place.name }
            let isOff: Bool
            if case .off = change?.change { isOff = true } else { isOff = false }
            var state = isOff ? State.offOnRoute : .offInChain
            var kind = place.entry?.type.routeOverride ?? .replace
            if !isOff, change != nil || place.entry != nil, let entry = remaining.popFirst() {
                let factory = entry.httpFactory
                state = .on(
                    phases: factory?.phases.names ?? [], settings: entry.settings,
                    says: factory?.explain(stream) ?? [])
                kind = entry.type.routeOverride
            }
            return ExplainedFilter(
                name: place.name, state: state, mark: place.mark, routeMark: change?.mark,
                isOffInChain: place.entry == nil, override: kind)
        }
    }
}
