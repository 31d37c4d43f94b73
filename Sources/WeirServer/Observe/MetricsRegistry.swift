internal import Synchronization
internal import WeirFilter

/// Gives every listener, route, cluster and filter its cells, and keeps them over reloads.
///
/// The number of routes with series of their own is bounded: the others share one, `route="other"`,
/// so that a large table cannot flood whoever collects metrics.
package final class MetricsRegistry: Sendable {
    /// What has cells.
    struct Entity: Sendable {
        let layout: MetricsLayout
        let labels: [String]
        let base: Int
    }

    /// A counter that a filter has asked for.
    struct FilterCounter: Sendable {
        let name: String
        let help: String
        let labels: [(name: String, value: String)]
        let cell: Int
        let counter: Counter
    }

    private struct State {
        var entities: [Entity] = []
        var known: [String: Int] = [:]
        var counters: [FilterCounter] = []
        var next = 0
    }

    private let state = Mutex(State())
    private let routeBound: Int

    /// Creates an empty registry. `routeBound` is how many routes get series of their own.
    package init(routeBound: Int = 1000) { self.routeBound = routeBound }

    /// How many cells have been given out.
    package var cellCount: Int { state.withLock { $0.next } }

    /// The first cell of an entity; the same for the same labels.
    package func base(_ layout: MetricsLayout, _ labels: String...) -> Int {
        state.withLock { state in
            var labels = labels
            let key = { (labels: [String]) in
                ([layout.rawValue] + labels).joined(separator: "\u{0}")
            }
            if let known = state.known[key(labels)] { return known }
            if layout == .route {
                let count = state.entities.count { $0.layout == .route }
                if count >= routeBound { labels = [labels[0], "other"] }
                if let known = state.known[key(labels)] { return known }
            }
            let base = state.next
            state.next += layout.cellCount
            state.known[key(labels)] = base
            state.entities.append(Entity(layout: layout, labels: labels, base: base))
            return base
        }
    }

    /// The counter of that name and labels; the same for the same ones.
    func counter(
        _ name: String, _ help: String, _ labels: [(name: String, value: String)]
    ) -> Counter {
        state.withLock { state in
            for known in state.counters
            where known.name == name && known.labels.elementsEqual(labels, by: ==) {
                return known.counter
            }
            let counter = Counter(cell: state.next)
            state.counters.append(
                FilterCounter(
                    name: name, help: help, labels: labels, cell: state.next, counter: counter))
            state.next += 1
            return counter
        }
    }

    /// The counters that filters have asked for, in the order in which they did.
    var counters: [FilterCounter] { state.withLock { $0.counters } }

    /// The name of the filter whose cells begin at `row`.
    func filterName(ofRow row: Int) -> String? {
        entities.first { $0.layout == .filter && $0.base == row }?.labels.last
    }

    var entities: [Entity] { state.withLock { $0.entities } }
}

/// Which cells an entity has and what they are called outside.
package enum MetricsLayout: String, Sendable, CaseIterable {
    case listener, route, cluster, filter

    /// The labels that tell entities of this layout apart.
    var labelNames: [String] {
        switch self {
        case .listener: ["listener"]
        case .route: ["listener", "route"]
        case .cluster: ["cluster"]
        case .filter: ["listener", "filter"]
        }
    }

    var cellCount: Int {
        switch self {
        case .listener: ListenerMetric.count
        case .route: RouteMetric.count
        case .cluster: ClusterMetric.count
        case .filter: FilterMetric.count
        }
    }

    var families: [MetricsFamily] {
        switch self {
        case .listener: MetricsFamily.listener
        case .route: MetricsFamily.route
        case .cluster: MetricsFamily.cluster
        case .filter: MetricsFamily.filter
        }
    }
}

/// One metric as Prometheus sees it.
struct MetricsFamily: Sendable {
    enum Cells: Sendable {
        case counter(Int)
        case gauge(Int)
        /// Nanoseconds, shown as seconds.
        case seconds(Int)
        /// One cell per value of a further label.
        case labelled(String, [(value: String, cell: Int)])
        /// The same, for values most of which never come: only those that have are shown.
        case labelledOnceSeen(String, [(value: String, cell: Int)])
        /// Microseconds: bucket bounds, the first bucket's cell, the sum's cell.
        case durations([Int64], first: Int, sum: Int)
    }

    let name: String
    let help: String
    let cells: Cells

    static let listener = [
        MetricsFamily(
            name: "weir_listener_requests_total", help: "Requests whose head was complete.",
            cells: .counter(ListenerMetric.requests)),
        MetricsFamily(
            name: "weir_listener_connections_total", help: "Connections accepted.",
            cells: .counter(ListenerMetric.connections)),
        MetricsFamily(
            name: "weir_listener_open_connections", help: "Connections open now.",
            cells: .gauge(ListenerMetric.openConnections)),
        MetricsFamily(
            name: "weir_listener_refused_connections_total",
            help: "Connections closed at once because a bound was reached.",
            cells: .counter(ListenerMetric.refusedConnections)),
        MetricsFamily(
            name: "weir_listener_protocol_errors_total", help: "Requests that were no valid HTTP.",
            cells: .counter(ListenerMetric.protocolErrors)),
        MetricsFamily(
            name: "weir_listener_header_timeouts_total", help: "Heads that did not end in time.",
            cells: .counter(ListenerMetric.headerTimeouts)),
        MetricsFamily(
            name: "weir_listener_client_aborts_total",
            help: "Clients that left before their response was complete.",
            cells: .counter(ListenerMetric.clientAborts)),
        MetricsFamily(
            name: "weir_listener_accept_pauses_total",
            help: "Times that accepting paused for want of descriptors or memory.",
            cells: .counter(ListenerMetric.acceptPauses)),
        MetricsFamily(
            name: "weir_listener_request_bytes_total", help: "Bytes of request bodies.",
            cells: .counter(ListenerMetric.bytesIn)),
        MetricsFamily(
            name: "weir_listener_response_bytes_total", help: "Bytes of response bodies.",
            cells: .counter(ListenerMetric.bytesOut)),
    ]

    static let route = [
        MetricsFamily(
            name: "weir_route_requests_total",
            help: "Requests by class of status; `none` when no response was sent.",
            cells: .labelled(
                "class",
                (0..<6).map {
                    ($0 == 0 ? "none" : "\($0)xx", RouteMetric.statusClasses + $0)
                })),
        MetricsFamily(
            name: "weir_route_duration_seconds",
            help: "From a request's head to the end of its response.",
            cells: .durations(
                RouteMetric.bounds, first: RouteMetric.durationBuckets,
                sum: RouteMetric.durationSum)),
        MetricsFamily(
            name: "weir_route_grpc_calls_total",
            help: "gRPC calls by status; `none` when none was sent.",
            cells: .labelledOnceSeen(
                "status",
                (GRPCStatus.names + ["none"]).enumerated().map {
                    ($1, RouteMetric.grpcStatuses + $0)
                })),
    ]

    static let cluster = [
        MetricsFamily(
            name: "weir_cluster_requests_total", help: "Requests meant for the cluster.",
            cells: .counter(ClusterMetric.requests.rawValue)),
        MetricsFamily(
            name: "weir_cluster_retries_total", help: "Requests sent once more.",
            cells: .counter(ClusterMetric.retries.rawValue)),
        MetricsFamily(
            name: "weir_cluster_failures_total",
            help: "Requests answered with 5xx by the gateway.",
            cells: .counter(ClusterMetric.failures.rawValue)),
        MetricsFamily(
            name: "weir_cluster_server_errors_total",
            help: "Requests answered with 5xx by an endpoint.",
            cells: .counter(ClusterMetric.serverErrors.rawValue)),
    ]

    static let filter = [
        MetricsFamily(
            name: "weir_filter_verdicts_total", help: "What filters decided, by phase call.",
            cells: .labelled(
                "verdict",
                VerdictKind.allCases.map { ($0.label, FilterMetric.verdicts + $0.rawValue) })),
        MetricsFamily(
            name: "weir_filter_timed_calls_total",
            help: "Calls whose time was taken: those of one request in 256.",
            cells: .counter(FilterMetric.timedCalls)),
        MetricsFamily(
            name: "weir_filter_timed_seconds_total", help: "Time that those calls took.",
            cells: .seconds(FilterMetric.nanoseconds)),
    ]
}
