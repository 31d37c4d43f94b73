package import WeirConfig
package import WeirConnection
package import WeirUpstream

/// Everything that requests are answered by: compiled from one configuration, immutable, shared.
package final class GatewaySnapshot: Sendable {
    package let listeners: [ListenerPolicy]
    package let clusters: [ClusterPlan]
    package let accessLog: AccessLogFormat?
    /// How many metric cells the snapshot's parts use.
    package let cellCount: Int
    /// Lets go of the filters' resources when the last stream of the snapshot has ended.
    let resources: SnapshotResources

    package init(
        listeners: [ListenerPolicy], clusters: [ClusterPlan], accessLog: AccessLogFormat?,
        cellCount: Int, resources: SnapshotResources
    ) {
        self.listeners = listeners
        self.clusters = clusters
        self.accessLog = accessLog
        self.cellCount = cellCount
        self.resources = resources
    }
}

/// A cluster as configuration describes it.
package struct ClusterPlan: Sendable {
    /// An endpoint: an address, or a host name to be resolved.
    package enum Target: Sendable, Equatable {
        case address(EndpointAddress)
        case host(String, port: UInt16, weight: Int)
    }

    package let name: String
    package let policy: ClusterPolicy
    package let targets: [Target]
    /// How host names are looked up.
    package let dns: DNSConfiguration
    /// What connections pass before HTTP/1.
    package let connection: ConnectionPlan
    /// The first of the cluster's metrics.
    package let metrics: Int

    package init(
        name: String, policy: ClusterPolicy, targets: [Target],
        dns: DNSConfiguration = DNSConfiguration(), connection: ConnectionPlan = .plain,
        metrics: Int
    ) {
        self.name = name
        self.policy = policy
        self.targets = targets
        self.dns = dns
        self.connection = connection
        self.metrics = metrics
    }

    /// The endpoints that need no resolving.
    package var addresses: [EndpointAddress] {
        targets.compactMap { if case .address(let address) = $0 { address } else { nil } }
    }

    /// Whether any endpoint is a host name.
    package var needsResolving: Bool {
        targets.contains { if case .host = $0 { true } else { false } }
    }
}

/// What has to be undone when a snapshot is no longer used.
package final class SnapshotResources: Sendable {
    private let cleanUp: @Sendable () -> Void
    /// Tells the filters that the snapshot is in service.
    let open: @Sendable () -> Void

    package init(
        open: @escaping @Sendable () -> Void = {}, cleanUp: @escaping @Sendable () -> Void
    ) {
        self.open = open
        self.cleanUp = cleanUp
    }

    deinit { cleanUp() }
}
