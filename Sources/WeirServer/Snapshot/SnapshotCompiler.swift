internal import WeirBase
package import WeirConfig
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRouting
internal import WeirUpstream

/// Turns a configuration into the snapshot that requests are answered by.
package struct SnapshotCompiler {
    private let configuration: GatewayConfiguration
    private let registry: MetricsRegistry
    private var clusterIndexes: [String: Int] = [:]
    private var tables: [ObjectIdentifier: RouteIndex] = [:]

    /// A step of compiling that could not be done.
    package struct Failure: Error, CustomStringConvertible {
        /// What is at fault in the configuration; nil when it is none of its places.
        package var diagnostic: Diagnostic?
        package let description: String

        package init(description: String) { self.description = description }

        init(_ configuration: GatewayConfiguration, _ mark: SourceMark, _ message: String) {
            self.init(Diagnostic(file: configuration.file, mark: mark, message: message))
        }

        init(_ diagnostic: Diagnostic) {
            self.diagnostic = diagnostic
            description = diagnostic.headline
        }
    }

    /// Opens what filters need and compiles everything. When a step fails, what was opened before
    /// is let go of again and nothing is left behind.
    static func compile(
        _ configuration: GatewayConfiguration, registry: MetricsRegistry,
        admin: (any AdminHandler)? = nil, services: (String) -> FactoryServices
    ) throws -> GatewaySnapshot {
        var compiler = SnapshotCompiler(configuration: configuration, registry: registry)
        let resources = try provision(configuration, services)
        return try compiler.snapshot(admin: admin, resources: resources)
    }

    /// Compiles everything as for service but opens nothing that filters need: for checks and
    /// explanations. Listeners come in the order of the configuration.
    package static func rehearse(
        _ configuration: GatewayConfiguration
    ) throws -> GatewaySnapshot {
        var compiler = SnapshotCompiler(
            configuration: configuration, registry: MetricsRegistry())
        return try compiler.snapshot(admin: nil, resources: SnapshotResources {})
    }

    private init(configuration: GatewayConfiguration, registry: MetricsRegistry) {
        self.configuration = configuration
        self.registry = registry
    }

    private static func provision(
        _ configuration: GatewayConfiguration, _ services: (String) -> FactoryServices
    ) throws -> SnapshotResources {
        var open: [(factory: any Factory, services: FactoryServices)] = []
        for entry in configuration.filters {
            open.append((entry.factory, services(entry.name)))
            do {
                try entry.factory.provision(open[open.count - 1].services)
            } catch {
                cleanUp(open)
                throw Failure(entry.diagnostic(for: error))
            }
        }
        let opened = open
        return SnapshotResources { cleanUp(opened) }
    }

    private static func cleanUp(_ opened: [(factory: any Factory, services: FactoryServices)]) {
        for (factory, services) in opened.reversed() {
            services.stop()
            factory.cleanUp()
        }
    }

    private mutating func snapshot(
        admin: (any AdminHandler)?, resources: SnapshotResources
    ) throws -> GatewaySnapshot {
        var clusters: [ClusterPlan] = []
        for cluster in configuration.clusters {
            clusterIndexes[cluster.name] = clusters.count
            clusters.append(ClusterPlan(cluster, metrics: registry.base(.cluster, cluster.name)))
        }
        var listeners: [ListenerPolicy] = []
        for listener in configuration.listeners { listeners.append(try policy(of: listener)) }
        if let settings = configuration.admin, let admin {
            listeners.append(
                try AdminListener.policy(settings, handler: admin, registry: registry))
        }
        return GatewaySnapshot(
            listeners: listeners, clusters: clusters, accessLog: try accessLogFormat(),
            cellCount: registry.cellCount, resources: resources)
    }

    private func accessLogFormat() throws -> AccessLogFormat? {
        guard let settings = configuration.accessLog else { return nil }
        switch settings.format {
        case .json: return .json
        case .template(let text):
            switch AccessLogFormat.template(text) {
            case .success(let format): return format
            case .failure(let unknown):
                throw Failure(
                    configuration, settings.formatMark,
                    "access-log: there is no field `\(unknown.name)`")
            }
        }
    }

    // MARK: Listeners

    private mutating func policy(of listener: ListenerConfiguration) throws -> ListenerPolicy {
        var chains: [ObjectIdentifier: WeirFilter.FilterChain] = [:]
        func chain(_ effective: EffectiveChain) -> WeirFilter.FilterChain {
            let key = ObjectIdentifier(effective)
            if let known = chains[key] { return known }
            let compiled = WeirFilter.FilterChain(
                effective.filters.compactMap { entry in
                    entry.httpFactory.map { factory in
                        WeirFilter.FilterChain.Link(
                            name: entry.name, factory: factory,
                            counters: registry.base(.filter, listener.name, entry.name))
                    }
                })
            chains[key] = compiled
            return compiled
        }
        let index = try routeIndex(of: listener.routes)
        let compiled = listener.routes.routes.enumerated().map { position, route in
            self.route(
                route, in: listener, captures: index.captureNames(of: position),
                chain: chain(listener.chain(forRouteAt: position)))
        }
        let fallback = Route(
            place: StreamPlace(listener: listener.name, route: ""),
            action: .respond(
                LocalResponse(
                    status: 404, cause: "no_route",
                    headers: [("content-type", "text/plain; charset=utf-8")],
                    body: "no route\n")),
            chain: chain(listener.chain), metrics: registry.base(.route, listener.name, ""))
        return ListenerPolicy(
            listener, connection: ConnectionPlan(listener.connection, speaksHTTP1: true),
            routes: RouteTable(compiled, index: index), fallback: fallback,
            metrics: registry.base(.listener, listener.name))
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
                listener: listener.name, route: route.name, captureNames: captures),
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
