internal import Synchronization

/// Counters that differ in one label whose values come from requests: a tenant's name, a country.
///
/// The number of values is bounded, so that nobody outside can flood whoever collects the metrics:
/// those that come after the first `limit` are counted together, as `other`.
public final class CounterFamily: Sendable {
    private let services: any GatewayServices
    private let name: String
    private let help: String
    private let label: String
    private let limit: Int
    /// The counters by value, which all workers share.
    private let known = Mutex<[String: Counter]>([:])
    /// The counters that a worker has met.
    private let met: WorkerLocal<[String: Counter]>

    /// Makes a family. The name begins with `weir_` and the filter's name and ends in `_total`.
    public init(
        _ services: any GatewayServices, _ name: String, _ help: String, label: String,
        limit: Int = 100
    ) {
        self.services = services
        self.name = name
        self.help = help
        self.label = label
        self.limit = limit
        met = WorkerLocal(services) { _ in [:] }
    }

    /// Adds to the counter of a value, on the loop of a stream.
    public func add(_ amount: Int = 1, _ value: String, for stream: FilterStream) {
        let counter = met.with(stream) { met -> Counter in
            if let counter = met[value] { return counter }
            let counter = self.counter(for: value)
            // Values without a counter of their own are not remembered: there may be any number.
            if counter.isOwn { met[value] = counter.counter }
            return counter.counter
        }
        counter.add(amount, for: stream)
    }

    private func counter(for value: String) -> (counter: Counter, isOwn: Bool) {
        known.withLock { known in
            if let counter = known[value] { return (counter, true) }
            let isOwn = known.count < limit
            let shown = isOwn ? value : "other"
            let counter = services.counter(name, help, labels: [(label, shown)])
            if isOwn { known[value] = counter }
            return (counter, isOwn)
        }
    }
}
