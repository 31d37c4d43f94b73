internal import WeirBase
package import WeirConfig
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRouting
internal import WeirRuntime
internal import WeirUpstream

/// Turns a configuration into the snapshot that requests are answered by.
package struct SnapshotCompiler {
    let configuration: GatewayConfiguration
    let registry: MetricsRegistry
    var clusterIndexes: [String: Int] = [:]
    var tables: [ObjectIdentifier: RouteIndex] = [:]

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
        admin: (any AdminHandler)? = nil, control: LoopHandle,
        services: (String) -> FactoryServices
    ) throws -> GatewaySnapshot {
        var compiler = SnapshotCompiler(configuration: configuration, registry: registry)
        let resources = try provision(configuration, control, services)
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
        _ configuration: GatewayConfiguration, _ control: LoopHandle,
        _ services: (String) -> FactoryServices
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
        return SnapshotResources(
            open: { for (_, services) in opened { services.open() } },
            cleanUp: {
                // The last to let go is mostly a worker, which has requests to serve.
                guard control.isRunning, !control.isOnLoop else { return cleanUp(opened) }
                control.execute { cleanUp(opened) }
            })
    }

    private static func cleanUp(_ opened: [(factory: any Factory, services: FactoryServices)]) {
        for (factory, services) in opened.reversed() {
            // What a factory has gathered it may still send: a call that has begun also ends.
            factory.cleanUp()
            services.stop()
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
}
