internal import Logging
internal import Synchronization
internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What one factory uses of the gateway: files and times are looked at on the control loop, until
/// `stop`.
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

    /// `name` is that of the factory, for the log.
    init(name: String, control: EventLoop, log: Logger) {
        self.name = name
        carried = Carried(loop: control)
        self.log = log
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
            held.repeaters.append(Repeater(interval, loop: carried.loop, body))
        }
    }

    func log(_ level: LogLevel, _ message: String) {
        let severity: Logger.Level =
            switch level {
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
        log.log(level: severity, "\(name): \(message)")
    }

    /// Ends everything that was asked for.
    func stop() {
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

/// Does something again and again.
private final class Repeater: TimerTarget {
    private let interval: Interval
    private let loop: EventLoop
    private let body: () -> Void
    private lazy var timer = LoopTimer(self)

    init(_ interval: Interval, loop: EventLoop, _ body: @escaping () -> Void) {
        self.interval = interval
        self.loop = loop
        self.body = body
        timer.arm(on: loop, at: loop.now + interval)
    }

    func stop() { timer.cancel() }

    func timerFired(_ timer: LoopTimer) {
        timer.arm(on: loop, at: loop.now + interval)
        body()
    }
}
