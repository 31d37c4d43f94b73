internal import Glibc
internal import WeirRuntime
internal import WeirServer

/// What the operator says by signal, brought to the control loop.
final class GatewaySignals {
    private static let signals = [SIGHUP, SIGUSR1, SIGTERM, SIGINT]
    private let watcher: SignalWatcher

    /// To be called before any thread exists that signals could go to instead.
    static func block() {
        SignalWatcher.block(signals)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    init(_ gateway: Gateway) throws {
        watcher = try SignalWatcher(signals: Self.signals, loop: gateway.control) { number in
            switch number {
            case SIGHUP: gateway.reload()
            case SIGUSR1: gateway.reopenLogs()
            case _ where gateway.phase == .draining: gateway.stop()
            default: gateway.drain()
            }
        }
    }
}
