internal import WeirBase
internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

/// One worker's counters: plain cells that only its loop touches, summed when somebody asks.
package final class MetricsShard {
    package private(set) var cells: [UInt64]

    package init(cellCount: Int) { cells = Array(repeating: 0, count: cellCount) }

    /// Makes room for the cells of a new snapshot; old ones keep their values.
    package func grow(to count: Int) {
        if count > cells.count {
            cells.append(contentsOf: repeatElement(0, count: count - cells.count))
        }
    }

    /// Adds to a cell.
    package func add(_ cell: Int, _ amount: UInt64 = 1) { cells[cell] &+= amount }

    /// Adds to a cell that may be younger than the snapshot in service.
    func addAnywhere(_ cell: Int, _ amount: UInt64) {
        if cell >= cells.count { grow(to: cell + 1) }
        add(cell, amount)
    }

    /// Takes away from a cell that is a gauge.
    package func subtract(_ cell: Int, _ amount: UInt64 = 1) { cells[cell] &-= amount }
}

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

/// Counts what filters decide, and takes the time of one stream in so many.
final class FilterMetrics: FilterObserver {
    private static let streamsPerSample = 256
    private let shard: MetricsShard
    private var untilSample = 1

    init(shard: MetricsShard) { self.shard = shard }

    func observe(_ link: FilterChain.Link, _ verdict: VerdictKind) {
        shard.add(link.counters + FilterMetric.verdicts + verdict.rawValue)
    }

    func wantsTimes() -> Bool {
        untilSample -= 1
        guard untilSample == 0 else { return false }
        untilSample = Self.streamsPerSample
        return true
    }

    func clock() -> Int64 { MonotonicTime.current().nanoseconds }

    func observe(_ link: FilterChain.Link, nanoseconds: Int64) {
        shard.add(link.counters + FilterMetric.timedCalls)
        shard.add(link.counters + FilterMetric.nanoseconds, UInt64(max(0, nanoseconds)))
    }
}
