internal import Synchronization
internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRuntime
internal import WeirServer

/// What a factory gets of the gateway while a file is only checked: it may open what it needs, but
/// nothing is watched or repeated.
final class CheckServices: GatewayServices {
    private let messages = Mutex<[String]>([])
    private let clusters: Set<String>

    private init(clusters: Set<String>) { self.clusters = clusters }

    func watch(_ path: String, _ changed: @escaping @Sendable () -> Void) {}

    func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {}

    func log(_ level: LogLevel, _ message: String) {
        // Notices are for a gateway that runs.
        if level != .notice { messages.withLock { $0.append(message) } }
    }

    func after(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {}

    func output(_ line: String) {}

    var unixNanoseconds: Int64 { WallClock.unixNanoseconds }

    func offload(_ work: @escaping @Sendable () -> Void) -> Bool { true }

    func cluster(_ name: String, at field: [String]) throws -> Cluster {
        guard clusters.contains(name) else {
            throw ConfigurationError.unknownCluster(name, of: clusters, at: field)
        }
        return Cluster(name: name, caller: NoCaller())
    }

    var workerCount: Int { 1 }

    func shared<Value: AnyObject & Sendable>(_ key: String, _ make: () -> Value) -> Value { make() }

    func counter(
        _ name: String, _ help: String, labels: [(name: String, value: String)]
    ) -> Counter { Counter() }

    func gauge(
        _ name: String, _ help: String, labels: [(name: String, value: String)],
        _ value: @escaping @Sendable () -> Double
    ) {}

    func control(_ name: String, _ control: any RuntimeControl) {}

    /// What the factory has complained of.
    var complaints: [String] { messages.withLock { $0 } }

    /// Provisions every filter of a configuration, cleans up again, and returns what all of them
    /// have to say.
    static func tryOut(_ configuration: GatewayConfiguration) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        let clusters = Set(configuration.clusters.map(\.name))
        for entry in configuration.filters {
            let services = CheckServices(clusters: clusters)
            do {
                try entry.factory.provision(services)
            } catch {
                problems.append(entry.diagnostic(for: error))
            }
            problems += services.complaints.map { entry.warning($0) }
            entry.factory.cleanUp()
        }
        return problems
    }
}

/// Asks nobody: a file that is only checked has no connections.
private struct NoCaller: ClusterCaller {
    func call(
        _ cluster: String, _ request: CallRequest, _ done: @escaping @Sendable (CallResult) -> Void
    ) { done(.failure(.gone)) }
}
