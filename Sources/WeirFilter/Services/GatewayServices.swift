public import WeirBase

/// What a factory may use of the gateway while it is provisioned and afterwards, on any thread but
/// those of the event loops.
///
/// Everything that is asked for here ends when the factory is cleaned up.
public protocol GatewayServices: Sendable {
    /// Calls `changed` each time the file is written or replaced, one call after the other, until
    /// the factory is cleaned up. A file that is not there yet is watched for.
    func watch(_ path: String, _ changed: @escaping @Sendable () -> Void)

    /// Calls `body` again and again, with `interval` in between, until the factory is cleaned up.
    func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void)

    /// Calls `body` once after `interval`, unless the factory is cleaned up before.
    func after(_ interval: Interval, _ body: @escaping @Sendable () -> Void)

    /// Writes a line to the gateway's own log.
    func log(_ level: LogLevel, _ message: String)

    /// Writes a line to the process's standard output: for development, not for logs.
    func output(_ line: String)

    /// The time of day in nanoseconds since 1970-01-01 00:00 UTC, without leap seconds.
    var unixNanoseconds: Int64 { get }

    /// Runs `work` on a thread that may block for a while, such as for a password's slow hash.
    ///
    /// False when too much work waits already: then it will not be done.
    func offload(_ work: @escaping @Sendable () -> Void) -> Bool

    /// The cluster of that name. Throws `ConfigurationError` at `field` when there is none.
    func cluster(_ name: String, at field: [String]) throws -> Cluster

    /// How many event loops serve requests.
    var workerCount: Int { get }

    /// What other factories share under `key`, those of the configurations before and after this
    /// one included: `make` is called when there is none, or none of that type. It lives as long as
    /// anybody holds it.
    func shared<Value: AnyObject & Sendable>(_ key: String, _ make: () -> Value) -> Value

    /// A counter that stands in the gateway's metrics. The same name and labels give the same
    /// counter, also after a reload. The name begins with `weir_` and the filter's name and
    /// ends in `_total`.
    func counter(_ name: String, _ help: String, labels: [(name: String, value: String)]) -> Counter

    /// A number that is asked for whenever somebody reads the metrics; that of several factories
    /// under one name and labels is summed.
    func gauge(
        _ name: String, _ help: String, labels: [(name: String, value: String)],
        _ value: @escaping @Sendable () -> Double)

    /// Lets operators look at and change something while the gateway runs, through the admin
    /// interface: `/controls/FILTER/NAME`.
    func control(_ name: String, _ control: any RuntimeControl)
}

extension GatewayServices {
    /// A counter without labels.
    public func counter(_ name: String, _ help: String) -> Counter {
        counter(name, help, labels: [])
    }

    /// A gauge without labels.
    public func gauge(_ name: String, _ help: String, _ value: @escaping @Sendable () -> Double) {
        gauge(name, help, labels: [], value)
    }
}

/// How much a line of the gateway's own log matters.
public enum LogLevel: String, Sendable {
    /// Good to know.
    case notice
    /// Works, but not as it should.
    case warning
    /// Does not work.
    case error
}
