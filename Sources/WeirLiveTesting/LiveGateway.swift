internal import Dispatch
internal import Logging
internal import WeirConfig
internal import WeirFilter
internal import WeirRouting
internal import WeirRuntime
internal import WeirServer
internal import WeirTesting

/// A gateway in this process, with a configuration of text, on threads of its own that end with it.
///
/// It leaves the process alone: no signals, no limits, nothing on standard output or error.
final class LiveGateway: Sendable {
    /// Touched here until the thread of its control loop starts, then on that thread.
    private struct Carried: @unchecked Sendable {
        let gateway: Gateway
    }

    private let carried: Carried
    private let control: LoopHandle
    private let thread: WorkerThread
    private let loops: [LoopHandle]
    private let addresses: [String: Address]

    /// Starts it; `recorded` is told of every exchange on the loop of its worker.
    init(
        _ text: String, filters: [FilterType],
        recorded: @escaping @Sendable (StreamOutcome) -> Void
    ) throws {
        let loaded = GatewayConfiguration.load(
            ConfigSource(file: "test.yaml", text: text), registry: filters, environment: [:],
            regexCheck: { Pattern.check($0) })
        guard let configuration = loaded.configuration else {
            throw TestFailure(loaded.diagnostics.rendered())
        }
        var options = Gateway.Options(file: nil, filters: filters, environment: [:])
        options.recorded = recorded
        let loop = try EventLoop(index: -1)
        let gateway = try Gateway(
            configuration, options: options, control: loop,
            log: Logger(label: "weir") { _ in SwiftLogNoOpLogHandler() })
        do {
            try gateway.start()
        } catch {
            gateway.stop()
            throw TestFailure("the gateway does not start: \(error)")
        }
        var addresses: [String: Address] = [:]
        for (name, address) in gateway.addresses { addresses[name] = try? Address("\(address)") }
        self.addresses = addresses
        loops = gateway.loops
        control = loop.handle
        let carried = Carried(gateway: gateway)
        self.carried = carried
        thread = try WorkerThread.start(name: "weir-control") { carried.gateway.control.run() }
    }

    deinit {
        control.execute { [carried] in carried.gateway.stop() }
        thread.join()
    }

    /// A connection to a listener.
    func client(_ listener: String) throws -> RawClient {
        guard let address = addresses[listener] else {
            throw TestFailure("there is no listener `\(listener)`")
        }
        return try RawClient(address)
    }

    /// Returns when the workers have read what was sent before, and done what it made them do.
    func settle() {
        // What is read in one turn may schedule work for the next.
        for loop in Array(repeating: loops, count: 4).joined() {
            let turned = DispatchSemaphore(value: 0)
            loop.execute { turned.signal() }
            turned.wait()
        }
    }
}
