internal import Synchronization
public import WeirFilter

/// Delays, refuses, slows down and spoils a share of exchanges, to see how clients cope.
public final class Fault: FilterFactory {
    /// `fault`
    public static let name = "fault"

    /// The phases that the configured faults need; none when there is nothing to inject.
    public let phases: Phases

    private let settings: FaultSettings
    /// Made by `provision`; the one filter that serves all streams.
    private let injector = AtomicLazyReference<FaultInjector>()

    /// Checks the numbers and prepares the answers.
    public init(_ configuration: Configuration) throws {
        settings = try FaultSettings(configuration)
        phases = settings.phases
    }

    /// Takes part in the experiment of that name, which outlives a reload.
    public func provision(_ services: any GatewayServices) throws {
        let now = services.unixNanoseconds
        let experiment =
            settings.name.isEmpty
            ? Experiment(now: now) : services.shared(settings.name) { Experiment(now: now) }
        let run = FaultRun(settings, experiment, FaultMeters(settings.name, services))
        let filter = injector.storeIfNil(FaultInjector(settings, run))
        services.gauge(
            "weir_fault_in_flight", "Requests with a fault that are not over.",
            labels: [("experiment", settings.name)]
        ) { Double(filter.run.inFlight) }
        if !settings.name.isEmpty {
            services.control(settings.name, ExperimentControl(run, services))
        }
        if let end = settings.end(of: experiment), end <= now {
            services.log(.warning, "the experiment \(settings.name) is over: it injects nothing")
        }
    }

    /// The one filter that serves all streams. What it knows of one is kept with the stream.
    public func makeFilter() -> any HTTPFilter {
        guard let filter = injector.load() else {
            preconditionFailure("a factory has to be provisioned before it makes filters")
        }
        return filter
    }

    /// Which faults such a request is in for.
    public func explain(_ stream: FilterStream) -> [String] {
        settings.explain(stream)
    }
}
