internal import Logging
internal import Synchronization
internal import WeirBase
internal import WeirConfig
package import WeirFilter
internal import WeirRuntime

/// What one factory uses of the gateway, until `stop`: files and times are looked at on the control
/// loop.
///
/// Made, used and stopped on the control loop's thread, as factories are provisioned and cleaned up
/// there; a factory that asks later, from elsewhere, is brought there.
final class FactoryServices: GatewayServices {
    /// Touched on the control loop only.
    private final class Held: @unchecked Sendable {
        var watchers: [FileWatcher] = []
        var repeaters: [Repeater] = []
        var isStopped = false
    }

    private struct Carried: @unchecked Sendable {
        let loop: EventLoop
    }

    private let name: String
    private let carried: Carried
    private let log: Logger
    private let held = Held()
    private let gateway: GatewayFacilities
    private let clusters: Set<String>
    private let caller: GatewayCaller

    /// `name` is that of the factory; `clusters` are those of its configuration.
    init(
        name: String, control: EventLoop, log: Logger, gateway: GatewayFacilities,
        clusters: Set<String>
    ) {
        self.name = name
        carried = Carried(loop: control)
        self.log = log
        self.gateway = gateway
        self.clusters = clusters
        caller = GatewayCaller { gateway.workers.withLock { $0 } }
    }

    func watch(_ path: String, _ changed: @escaping @Sendable () -> Void) {
        let (carried, held, log, name) = (carried, held, log, name)
        carried.loop.handle.execute {
            guard !held.isStopped else { return }
            do throws(SystemError) {
                held.watchers.append(
                    try FileWatcher(path: path, loop: carried.loop) { changed() })
            } catch {
                log.error("\(name): cannot watch \(path): \(error)")
            }
        }
    }

    func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {
        let (carried, held) = (carried, held)
        carried.loop.handle.execute {
            guard !held.isStopped else { return }
            held.repeaters.append(Repeater(interval, repeats: true, loop: carried.loop, body))
        }
    }

    func after(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {
        let (carried, held) = (carried, held)
        carried.loop.handle.execute {
            guard !held.isStopped else { return }
            held.repeaters.removeAll(where: \.isOver)
            held.repeaters.append(Repeater(interval, repeats: false, loop: carried.loop, body))
        }
    }

    func log(_ level: LogLevel, _ message: String) {
        log.log(level: level.severity, "\(name): \(message)")
    }

    func output(_ line: String) {
        carried.loop.handle.execute {
            _ = AppendingFile.standardOutput.write(ByteString(line + "\n").storage)
        }
    }

    var unixNanoseconds: Int64 { WallClock.unixNanoseconds }

    func offload(_ work: @escaping @Sendable () -> Void) -> Bool { gateway.background.run(work) }

    func cluster(_ name: String, at field: [String]) throws -> Cluster {
        guard clusters.contains(name) else {
            throw ConfigurationError.unknownCluster(name, of: clusters, at: field)
        }
        return Cluster(name: name, caller: caller)
    }

    var workerCount: Int { gateway.workerCount }

    func shared<Value: AnyObject & Sendable>(_ key: String, _ make: () -> Value) -> Value {
        gateway.services.shared("\(name)/\(key)", make)
    }

    func counter(
        _ name: String, _ help: String, labels: [(name: String, value: String)]
    ) -> Counter {
        gateway.metrics.counter(name, help, labels)
    }

    func gauge(
        _ name: String, _ help: String, labels: [(name: String, value: String)],
        _ value: @escaping @Sendable () -> Double
    ) {
        gateway.services.add(
            ServiceRegistry.Gauge(
                owner: ObjectIdentifier(self), name: name, help: help, labels: labels,
                value: value))
    }

    func control(_ name: String, _ control: any RuntimeControl) {
        gateway.services.add(
            ServiceRegistry.Control(
                owner: ObjectIdentifier(self), filter: self.name, name: name, control: control))
    }

    /// The configuration that the factory belongs to is in service.
    func open() { caller.open() }

    /// Ends everything that was asked for.
    func stop() {
        caller.stop()
        gateway.services.remove(ObjectIdentifier(self))
        let held = self.held
        carried.loop.handle.execute {
            held.isStopped = true
            for watcher in held.watchers { watcher.stop() }
            for repeater in held.repeaters { repeater.stop() }
            held.watchers = []
            held.repeaters = []
        }
    }
}

/// What all factories of a gateway share.
final class GatewayFacilities: Sendable {
    let metrics: MetricsRegistry
    let services = ServiceRegistry()
    let background = BackgroundPool()
    let workers = Mutex<[WorkerHandle]>([])
    let workerCount: Int

    init(metrics: MetricsRegistry, workerCount: Int) {
        self.metrics = metrics
        self.workerCount = workerCount
    }
}

extension ConfigurationError {
    /// A filter names a cluster that the configuration does not have.
    package static func unknownCluster(
        _ name: String, of clusters: Set<String>, at field: [String]
    ) -> ConfigurationError {
        let near = NearestName.find(name, in: clusters.sorted())
        return ConfigurationError(
            at: field,
            "there is no cluster `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""))
    }
}

/// Does something once or again and again.
private final class Repeater: TimerTarget {
    private let interval: Interval
    private let repeats: Bool
    private let loop: EventLoop
    private let body: () -> Void
    private(set) var isOver = false
    private lazy var timer = LoopTimer(self)

    init(_ interval: Interval, repeats: Bool, loop: EventLoop, _ body: @escaping () -> Void) {
        self.interval = interval
        self.repeats = repeats
        self.loop = loop
        self.body = body
        timer.arm(on: loop, at: loop.now + interval)
    }

    func stop() { timer.cancel() }

    func timerFired(_ timer: LoopTimer) {
        if repeats {
            timer.arm(on: loop, at: loop.now + interval)
        } else {
            isOver = true
        }
        body()
    }
}
