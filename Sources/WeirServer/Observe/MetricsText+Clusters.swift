/// What workers report of clusters.
extension MetricsText {
    mutating func writeClusters(_ reports: [WorkerReport]) {
        let families: [(String, String, String, (WorkerReport.Cluster) -> Double)] = [
            (
                "weir_cluster_open_connections", "Connections open now.", "gauge",
                { Double($0.open) }
            ),
            (
                "weir_cluster_idle_connections", "Connections kept for reuse.", "gauge",
                { Double($0.idle) }
            ),
            (
                "weir_cluster_pending_requests", "Requests that wait for a connection.", "gauge",
                { Double($0.pending) }
            ),
            (
                "weir_cluster_connects_total", "Connections opened.", "counter",
                { Double($0.connected) }
            ),
            (
                "weir_cluster_connect_failures_total", "Connections that could not be made.",
                "counter", { Double($0.connectFailed) }
            ),
            (
                "weir_cluster_handshake_failures_total",
                "Connections that failed between connect and the first request.", "counter",
                { Double($0.handshakeFailed) }
            ),
            (
                "weir_cluster_shared_connections",
                "Connections open now that carry several requests at a time.", "gauge",
                { Double($0.shared) }
            ),
            (
                "weir_cluster_open_streams", "Requests on those now.", "gauge",
                { Double($0.streams) }
            ),
            (
                "weir_cluster_reuses_total", "Requests sent on a connection used before.",
                "counter",
                { Double($0.reused) }
            ),
            (
                "weir_cluster_overflows_total", "Requests refused because too many wait.",
                "counter",
                { Double($0.overflowed) }
            ),
        ]
        let names = reports.first?.clusters.map(\.name) ?? []
        for (name, help, type, value) in families where !names.isEmpty {
            head(name, help, type)
            var sums: [String: Double] = [:]
            for report in reports {
                for cluster in report.clusters { sums[cluster.name, default: 0] += value(cluster) }
            }
            for cluster in names { sample(name, [("cluster", cluster)], sums[cluster] ?? 0) }
        }
    }
}
