internal import WeirBase
internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

/// The cells of a listener, counted from its first.
package enum ListenerMetric {
    package static let requests = 0
    package static let connections = 1
    package static let openConnections = 2
    package static let refusedConnections = 3
    package static let protocolErrors = 4
    package static let headerTimeouts = 5
    package static let clientAborts = 6
    package static let acceptPauses = 7
    package static let bytesIn = 8
    package static let bytesOut = 9
    package static let count = 10
}

/// The cells of a route: requests by class of status, the histogram of their duration, gRPC calls.
package enum RouteMetric {
    package static let statusClasses = 0
    package static let durationSum = 6
    package static let durationBuckets = 7
    /// Upper bounds of the buckets, in microseconds; one more cell counts the rest.
    package static let bounds: [Int64] = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 10_000_000,
    ]
    /// gRPC calls by outcome; one cell more counts those without a known one.
    package static let grpcStatuses = durationBuckets + 14
    package static let count = grpcStatuses + GRPCStatus.names.count + 1
}

/// The cells of a cluster, counted from its first.
package enum ClusterMetric: Int {
    case requests, retries, failures, serverErrors
    package static let count = 4
}

/// The cells of a filter in a chain: verdicts by kind, then the time of some of its calls.
package enum FilterMetric {
    package static let verdicts = 0
    package static let timedCalls = VerdictKind.allCases.count
    package static let nanoseconds = timedCalls + 1
    package static let count = nanoseconds + 1
}

/// Takes the time of one stream's filters in so many.
final class FilterMetrics: FilterObserver {
    private static let streamsPerSample = 256
    private let cells: CounterCells
    private var untilSample = 1

    init(cells: CounterCells) { self.cells = cells }

    func wantsTimes() -> Bool {
        untilSample -= 1
        guard untilSample == 0 else { return false }
        untilSample = Self.streamsPerSample
        return true
    }

    func clock() -> Int64 { MonotonicTime.current().nanoseconds }

    func observe(_ link: FilterChain.Link, nanoseconds: Int64) {
        cells.add(link.counters + FilterMetric.timedCalls)
        cells.add(link.counters + FilterMetric.nanoseconds, UInt64(max(0, nanoseconds)))
    }
}
