internal import WeirBase
internal import WeirConfig
internal import WeirConnection
internal import WeirFilter
internal import WeirRouting

/// Compiling listeners: their parts, chains and routes.
extension SnapshotCompiler {
    mutating func policy(of listener: ListenerConfiguration) throws -> ListenerPolicy {
        let connection = ConnectionPlan(listener.connection, speaksHTTP1: true)
        let metrics = registry.base(.listener, listener.name)
        var chains: [ObjectIdentifier: WeirFilter.FilterChain] = [:]
        let own = try part(listener.served, of: listener, &chains)
        guard !listener.serverNames.isEmpty else {
            return ListenerPolicy(listener, own, connection: connection, metrics: metrics)
        }
        let table = ServerNameTable(listener.serverNames.map { $0.names.map(\.description) })
        var others: [ListenerPolicy] = []
        for (index, name) in listener.serverNames.enumerated() {
            let part = try part(name.served, of: listener, &chains)
            others.append(
                ListenerPolicy(
                    listener, part, connection: connection, metrics: metrics, serverNames: table,
                    part: index + 1))
        }
        return ListenerPolicy(
            listener, own, connection: connection, metrics: metrics, serverNames: table,
            others: others)
    }

    /// Compiles filters and routes: a listener's own, or those for some server names.
    private mutating func part(
        _ served: ServedRoutes, of listener: ListenerConfiguration,
        _ chains: inout [ObjectIdentifier: WeirFilter.FilterChain]
    ) throws -> ListenerPart {
        let index = try routeIndex(of: served.routes)
        var routes: [Route] = []
        for (position, route) in served.routes.routes.enumerated() {
            let chain = chain(served.chain(forRouteAt: position), of: listener, &chains)
            routes.append(
                self.route(
                    route, in: listener, captures: index.captureNames(of: position), chain: chain))
        }
        let fallback = Route(
            place: StreamPlace(listener: listener.name, route: ""),
            action: .respond(
                LocalResponse(
                    status: 404, cause: "no_route",
                    headers: [("content-type", "text/plain; charset=utf-8")],
                    body: "no route\n")),
            chain: chain(served.chain, of: listener, &chains),
            metrics: registry.base(.route, listener.name, ""))
        return ListenerPart(routes: RouteTable(routes, index: index), fallback: fallback)
    }

    private func chain(
        _ effective: EffectiveChain, of listener: ListenerConfiguration,
        _ chains: inout [ObjectIdentifier: WeirFilter.FilterChain]
    ) -> WeirFilter.FilterChain {
        let key = ObjectIdentifier(effective)
        if let known = chains[key] { return known }
        let compiled = WeirFilter.FilterChain(
            effective.filters.compactMap { entry in
                entry.httpFactory.map { factory in
                    WeirFilter.FilterChain.Link(
                        name: entry.name, factory: factory,
                        counters: registry.base(.filter, listener.name, entry.name))
                }
            }, isProvisioned: isProvisioned)
        chains[key] = compiled
        return compiled
    }

    private mutating func routeIndex(of table: WeirConfig.RouteTable) throws -> RouteIndex {
        let key = ObjectIdentifier(table)
        if let known = tables[key] { return known }
        let index: RouteIndex
        do {
            index = try RouteIndex(table.routes.map(\.match))
        } catch {
            throw Failure(configuration, table.routes[error.route].mark, error.reason)
        }
        tables[key] = index
        return index
    }

    // MARK: Routes

    private func route(
        _ route: RouteConfiguration, in listener: ListenerConfiguration, captures: [String],
        chain: WeirFilter.FilterChain
    ) -> Route {
        let limit = route.bodyLimit ?? listener.limits.bodyBytes
        return Route(
            place: StreamPlace(
                listener: listener.name, route: route.name, cluster: route.action.onlyCluster,
                captureNames: captures),
            action: action(route, captures: captures), chain: chain,
            rewrite: Rewrite(route.rewrite, match: route.match, captures: captures),
            timeout: route.timeout, bodyLimit: limit.map { Int64($0) },
            metrics: registry.base(.route, listener.name, route.name))
    }

    private func action(_ route: RouteConfiguration, captures: [String]) -> Route.Action {
        switch route.action {
        case .forward(let shares) where shares.count == 1:
            return .cluster(clusterIndexes[shares[0].cluster] ?? 0)
        case .forward(let shares):
            var sum = 0
            return .weighted(
                shares.map { share in
                    sum += share.weight
                    return (clusterIndexes[share.cluster] ?? 0, sum)
                })
        case .redirect(let redirect):
            return .redirect(
                Redirect(
                    status: redirect.status, scheme: redirect.scheme.map { ByteString($0) },
                    host: redirect.host.map { ByteString($0) },
                    path: redirect.path.map {
                        Rewrite.path($0, match: route.match, captures: captures)
                    }, keepsQuery: redirect.keepsQuery))
        case .respond(let response):
            return .respond(
                LocalResponse(
                    status: response.status, cause: "direct_response",
                    headers: response.headers.map { ($0.name, ByteString($0.value)) },
                    body: ByteString(response.body)))
        }
    }
}

/// A listener's filters and routes, compiled: its own, or those for some server names.
struct ListenerPart {
    let routes: RouteTable
    /// Answers requests that no route takes.
    let fallback: Route
}
