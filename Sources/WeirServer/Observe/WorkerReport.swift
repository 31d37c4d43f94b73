internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

/// What one worker knows, copied for whoever asks.
package struct WorkerReport: Sendable {
    /// A cluster's connections on this worker.
    package struct Cluster: Sendable {
        package let name: String
        package let endpoints: [Endpoint]
        package let open: Int
        package let idle: Int
        package let pending: Int
        package let connected: UInt64
        package let connectFailed: UInt64
        package let reused: UInt64
        package let overflowed: UInt64
        /// Connections that carry several requests at a time, and those requests.
        package let shared: Int
        package let streams: Int
        package let handshakeFailed: UInt64
    }

    /// An endpoint's connections on this worker.
    package struct Endpoint: Sendable {
        package let name: String
        package let weight: Int
        package let active: Int
        package let open: Int
    }

    package let cells: [UInt64]
    package let causes: [String: UInt64]
    package let cutOffs: [String: UInt64]
    package let connectionFailures: [String: UInt64]
    package let clusters: [Cluster]
    package let buffers: Int
    /// The youngest traced request of each cell of a histogram.
    package let exemplars: [Int: Exemplar]
}

extension Worker {
    /// A copy of what the worker knows.
    package var report: WorkerReport {
        WorkerReport(
            cells: shard.cells,
            causes: causes.byName, cutOffs: cutOffs.byName,
            connectionFailures: connectionFailures.byName,
            clusters: generation.clusters.map { cluster in
                WorkerReport.Cluster(
                    name: cluster.name,
                    endpoints: cluster.endpoints.map {
                        WorkerReport.Endpoint(
                            name: $0.name, weight: $0.weight, active: $0.active, open: $0.open)
                    },
                    open: cluster.open, idle: cluster.idle, pending: cluster.pendingCount,
                    connected: cluster.counters.connected,
                    connectFailed: cluster.counters.connectFailed,
                    reused: cluster.counters.reused, overflowed: cluster.counters.overflowed,
                    shared: cluster.sharedConnections, streams: cluster.streams,
                    handshakeFailed: cluster.counters.handshakeFailed)
            },
            buffers: loop.buffers.outstanding, exemplars: exemplars)
    }
}
