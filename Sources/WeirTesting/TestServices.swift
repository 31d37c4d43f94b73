internal import Synchronization
public import WeirBase
public import WeirFilter

/// A gateway's services under test: files "change" and time "passes" when the test says so.
public final class TestServices: GatewayServices {
    private struct State {
        var watched: [(path: String, changed: @Sendable () -> Void)] = []
        var repeated: [@Sendable () -> Void] = []
        var lines: [String] = []
    }

    private let state = Mutex(State())

    /// Creates services that have been asked for nothing.
    public init() {}

    /// The files that are watched.
    public var watchedFiles: [String] { state.withLock { $0.watched.map(\.path) } }

    /// What was logged, as `level: message`.
    public var lines: [String] { state.withLock { $0.lines } }

    /// Says that a watched file has changed.
    public func change(_ path: String) {
        for file in state.withLock({ $0.watched }) where file.path == path { file.changed() }
    }

    /// Runs what was asked for again and again, once.
    public func tick() {
        for body in state.withLock({ $0.repeated }) { body() }
    }

    /// Notes the file.
    public func watch(_ path: String, _ changed: @escaping @Sendable () -> Void) {
        state.withLock { $0.watched.append((path, changed)) }
    }

    /// Notes the work, whatever its interval.
    public func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.repeated.append(body) }
    }

    /// Notes the line.
    public func log(_ level: LogLevel, _ message: String) {
        state.withLock { $0.lines.append("\(level.rawValue): \(message)") }
    }
}
