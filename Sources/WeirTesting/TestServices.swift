internal import Synchronization
public import WeirBase
public import WeirFilter

/// A gateway's services under test: files "change" and time "passes" when the test says so, and
/// clusters answer what the test wants.
public final class TestServices: GatewayServices {
    private struct State {
        var watched: [(path: String, changed: @Sendable () -> Void)] = []
        var repeated: [@Sendable () -> Void] = []
        var timers: [(due: Int64, body: @Sendable () -> Void)] = []
        var lines: [String] = []
        var printed: [String] = []
        var unixNanoseconds: Int64 = 1_767_225_600_000_000_000
        var clusters: [String: TestCluster] = [:]
        var calls: [PendingCall] = []
        var shared: [String: any AnyObject & Sendable] = [:]
        var counters: [String: Counter] = [:]
        var gauges: [String: [@Sendable () -> Double]] = [:]
        var controls: [String: any RuntimeControl] = [:]
        var work: [@Sendable () -> Void] = []
    }

    /// A call that has not been answered yet.
    private struct PendingCall: @unchecked Sendable {
        let cluster: String
        let request: CallRequest
        let stream: ObjectIdentifier?
        let done: (CallResult) -> Void
    }

    private let state = Mutex(State())

    /// Whether `offload` runs work at once; when false it waits for `runWork`, and more than four
    /// pieces are refused.
    public let runsWorkAtOnce: Bool

    /// Creates services that have been asked for nothing.
    public init(runsWorkAtOnce: Bool = true) { self.runsWorkAtOnce = runsWorkAtOnce }

    // MARK: What the test says

    /// Says that a watched file has changed.
    public func change(_ path: String) {
        for file in state.withLock({ $0.watched }) where file.path == path { file.changed() }
    }

    /// Runs what was asked for again and again, once.
    public func tick() {
        for body in state.withLock({ $0.repeated }) { body() }
    }

    /// Lets time pass: the time of day moves on and timers that are due fire. What repeats is not
    /// run; `tick` does that.
    public func advance(by interval: Interval) {
        let due = state.withLock { state in
            state.unixNanoseconds += interval.nanoseconds
            let due = state.timers.filter { $0.due <= state.unixNanoseconds }
            state.timers.removeAll { $0.due <= state.unixNanoseconds }
            return due
        }
        for timer in due.sorted(by: { $0.due < $1.due }) { timer.body() }
    }

    /// Sets the time of day.
    public func setTime(unixSeconds: Int64) {
        state.withLock { $0.unixNanoseconds = unixSeconds * 1_000_000_000 }
    }

    /// Makes a cluster of that name exist. Calls are answered by `answer` when `answerCalls` runs,
    /// which `FilterTest` does by itself.
    public func serve(_ cluster: String, _ answer: @escaping TestCluster) {
        state.withLock { $0.clusters[cluster] = answer }
    }

    /// Answers the calls that wait; whether there were any. One whose cluster gives nil goes on
    /// waiting.
    @discardableResult
    public func answerCalls() -> Bool {
        let calls = state.withLock { state in
            defer { state.calls.removeAll() }
            return state.calls
        }
        var any = false
        for call in calls {
            let answer = state.withLock { $0.clusters[call.cluster] }
            guard let result = answer?(call.request) else {
                state.withLock { $0.calls.append(call) }
                continue
            }
            any = true
            call.done(result)
        }
        return any
    }

    /// Runs the work that waits.
    public func runWork() {
        let work = state.withLock { state in
            defer { state.work.removeAll() }
            return state.work
        }
        for body in work { body() }
    }

    // MARK: What the test sees

    /// The files that are watched.
    public var watchedFiles: [String] { state.withLock { $0.watched.map(\.path) } }

    /// What was logged, as `level: message`.
    public var lines: [String] { state.withLock { $0.lines } }

    /// What was written to standard output.
    public var printed: [String] { state.withLock { $0.printed } }

    /// Calls that are not answered yet, as cluster and request.
    public var waitingCalls: [(cluster: String, request: CallRequest)] {
        state.withLock { $0.calls.map { ($0.cluster, $0.request) } }
    }

    /// A counter's value, 0 when there is none: `weir_jwt_tokens_total{outcome="valid"}`.
    public func count(_ series: String) -> Int {
        Int(state.withLock { $0.counters[series] }?.sharedValue ?? 0)
    }

    /// A gauge's value now, nil when there is none.
    public func gauge(_ series: String) -> Double? {
        state.withLock { $0.gauges[series] }?.reduce(0) { $0 + $1() }
    }

    /// What operators may change, by name.
    public func control(_ name: String) -> (any RuntimeControl)? {
        state.withLock { $0.controls[name] }
    }

    // MARK: GatewayServices

    /// Notes the file.
    public func watch(_ path: String, _ changed: @escaping @Sendable () -> Void) {
        state.withLock { $0.watched.append((path, changed)) }
    }

    /// Notes the work, whatever its interval.
    public func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.repeated.append(body) }
    }

    /// Notes the timer, for `advance`.
    public func after(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.timers.append(($0.unixNanoseconds + interval.nanoseconds, body)) }
    }

    /// Notes the line.
    public func log(_ level: LogLevel, _ message: String) {
        state.withLock { $0.lines.append("\(level.rawValue): \(message)") }
    }

    /// Notes the line.
    public func output(_ line: String) { state.withLock { $0.printed.append(line) } }

    /// The time that the test has set; at first the beginning of 2026.
    public var unixNanoseconds: Int64 { state.withLock { $0.unixNanoseconds } }

    /// Runs the work now or later.
    public func offload(_ work: @escaping @Sendable () -> Void) -> Bool {
        if runsWorkAtOnce {
            work()
            return true
        }
        return state.withLock { state in
            guard state.work.count < 4 else { return false }
            state.work.append(work)
            return true
        }
    }

    /// The clusters that the test serves.
    public func cluster(_ name: String, at field: [String]) throws -> Cluster {
        guard state.withLock({ $0.clusters[name] }) != nil else {
            throw ConfigurationError(at: field, "there is no cluster `\(name)`")
        }
        return Cluster(name: name, caller: Caller(services: self))
    }

    /// One.
    public var workerCount: Int { 1 }

    /// Shares within these services.
    public func shared<Value: AnyObject & Sendable>(_ key: String, _ make: () -> Value) -> Value {
        if let known = state.withLock({ $0.shared[key] }) as? Value { return known }
        let value = make()
        state.withLock { $0.shared[key] = value }
        return value
    }

    /// A counter that `count` shows.
    public func counter(
        _ name: String, _ help: String, labels: [(name: String, value: String)]
    ) -> Counter {
        state.withLock { state in
            let series = Self.series(name, labels)
            if let known = state.counters[series] { return known }
            let counter = Counter()
            state.counters[series] = counter
            return counter
        }
    }

    /// Notes the gauge.
    public func gauge(
        _ name: String, _ help: String, labels: [(name: String, value: String)],
        _ value: @escaping @Sendable () -> Double
    ) {
        state.withLock { $0.gauges[Self.series(name, labels), default: []].append(value) }
    }

    /// Notes the control.
    public func control(_ name: String, _ control: any RuntimeControl) {
        state.withLock { $0.controls[name] = control }
    }

    private static func series(
        _ name: String, _ labels: [(name: String, value: String)]
    ) -> String {
        let inner = labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
        return inner.isEmpty ? name : "\(name){\(inner)}"
    }

    // MARK: Calls

    /// Whether the test serves a cluster of that name.
    func serves(_ cluster: String) -> Bool { state.withLock { $0.clusters[cluster] != nil } }

    /// Takes a call of a stream, or one of the gateway's own.
    func take(
        _ cluster: String, _ request: CallRequest, for stream: ObjectIdentifier?,
        _ done: @escaping (CallResult) -> Void
    ) {
        state.withLock {
            $0.calls.append(
                PendingCall(cluster: cluster, request: request, stream: stream, done: done))
        }
    }

    /// The stream is over: nobody waits for its calls.
    func forget(_ stream: ObjectIdentifier) {
        state.withLock { $0.calls.removeAll { $0.stream == stream } }
    }

    private struct Caller: ClusterCaller {
        let services: TestServices

        func call(
            _ cluster: String, _ request: CallRequest,
            _ done: @escaping @Sendable (CallResult) -> Void
        ) {
            services.take(cluster, request, for: nil, done)
        }
    }
}
