package import Logging
internal import Synchronization
package import WeirBase
package import WeirConfig
package import WeirFilter
package import WeirRuntime
internal import WeirUpstream

/// The control side of a running gateway: it loads configurations, hands snapshots to the workers,
/// follows host names, and ends everything in order. Lives on the control loop, which serves no
/// requests.
package final class Gateway {
    /// How the gateway is run.
    package struct Options: Sendable {
        /// The configuration's file, read again by a reload; nil for an embedded one.
        package var file: String?
        /// The filters that a configuration may name.
        package var filters: [FilterType]
        /// Loads the plug-ins that a configuration names; nil when it may name none.
        package var plugins: PluginLoader?
        /// What `${NAME}` stands for in the file.
        package var environment: [String: String]
        /// Called on the workers' loops with the outcome of every exchange: for tests.
        package var recorded: (@Sendable (StreamOutcome) -> Void)?

        package init(
            file: String?, filters: [FilterType], plugins: PluginLoader? = nil,
            environment: [String: String]
        ) {
            self.file = file
            self.filters = filters
            self.plugins = plugins
            self.environment = environment
        }
    }

    /// Where the gateway is in its life.
    package enum Phase: String, Sendable { case starting, ready, draining, stopped }

    package let control: EventLoop
    package let options: Options
    package let log: Logger
    package let registry = MetricsRegistry()
    package internal(set) var phase = Phase.starting
    package internal(set) var configuration: GatewayConfiguration
    /// How many configurations have been put into service.
    package internal(set) var generation = 0
    package internal(set) var failedReloads = 0
    package internal(set) var lastReloadError: String?

    let shared: SharedState
    let facilities: GatewayFacilities
    let logLoop: EventLoop
    private let logThread: LoopThread
    var workers: [WorkerHandle] = []
    var sockets: [ListenerPolicy.SocketKey: [ListeningSocket]] = [:]
    var snapshot: GatewaySnapshot?
    var resolver: ClusterResolver?
    /// Who watches the configuration's file and its plug-ins, by path.
    var fileWatchers: [String: FileWatcher] = [:]
    /// What somebody waits to see of streams, by number.
    var taps: [Int: ArmedTap] = [:]
    var tapsArmed = 0
    var tapRecords = 0
    var drainTimer: LoopTimer?
    private var stallWatch: StallWatch?
    var drainDeadline = MonotonicTime.never
    let started: MonotonicTime

    /// Prepares a gateway; `start` puts it into service.
    package init(
        _ configuration: GatewayConfiguration, options: Options, control: EventLoop, log: Logger
    ) throws {
        self.configuration = configuration
        self.options = options
        self.control = control
        self.log = log
        started = control.now
        facilities = GatewayFacilities(
            metrics: registry, workerCount: configuration.runtime.workers ?? cpuCount())
        logLoop = try EventLoop(index: -2)
        logThread = try LoopThread(logLoop, name: "weir-log")
        shared = SharedState(
            log: log, accessLog: AccessLogWriter(loop: logLoop.handle, log: log),
            maximumConnections: configuration.runtime.maxConnections,
            recorded: options.recorded)
    }

    /// Binds every listener, starts the workers and puts the configuration into service.
    package func start() throws {
        let count = facilities.workerCount
        for index in 0..<count {
            workers.append(try WorkerHandle(index: index, shared: shared))
        }
        facilities.workers.withLock { $0 = workers }
        resolver = try ClusterResolver(control: control, log: log) { [weak self] name, endpoints in
            self?.workers.forEach { worker in
                worker.run { $0.update(cluster: name, endpoints: endpoints) }
            }
        }
        try put(configuration)
        stallWatch = StallWatch(
            workers.map {
                StallWatch.Watched(index: $0.index, pulse: $0.pulse, marker: $0.marker)
            }, limit: configuration.runtime.stallAfter, registry: registry,
            control: control, log: log)
        phase = .ready
    }

    /// The addresses that are listened on, with the actual ports.
    package var addresses: [(name: String, address: SocketAddress)] {
        snapshot?.listeners.map { listener in
            let bound = sockets[listener.socketKey]?.first?.localAddress
            return (listener.name, bound ?? listener.address)
        } ?? []
    }

    /// The loops that serve requests.
    package var loops: [LoopHandle] { workers.map(\.handle) }

    /// Opens the access log again, after its file was moved away.
    package func reopenLogs() { shared.accessLog.reopen() }

    /// Ends everything that is left.
    package func stop() {
        guard phase != .stopped else { return }
        phase = .stopped
        stallWatch?.stop()
        for worker in workers { worker.run { $0.closeAll() } }
        for worker in workers { worker.stop() }
        facilities.workers.withLock { $0 = [] }
        facilities.background.stop()
        resolver?.stop()
        logLoop.handle.stop()
        logThread.join()
        control.stop()
    }
}
