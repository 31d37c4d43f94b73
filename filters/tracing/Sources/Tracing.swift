internal import WeirBase
public import WeirFilter

/// Follows traces through the gateway, and records a share of them.
public struct Tracing: FilterFactory {
    /// `tracing`
    public static let name = "tracing"

    /// A route's settings are laid over the chain's, so that a route can sample more or less.
    public static let routeOverride = RouteOverride.merge

    /// The request's head, its attempts and its end; without an exporter the head alone.
    public let phases: Phases

    private let rules: Tracer.Rules
    private let plan: ExportPlan?
    /// The share of traces that is recorded, as text.
    private let share: String
    private let running = Running()

    /// What `provision` makes.
    private final class Running: @unchecked Sendable {
        /// Set by `provision`, before there is a request; only read from then on.
        var tracer: Tracer?
        var exporter: Exporter?
    }

    /// Checks the configuration.
    public init(_ configuration: Configuration) throws {
        rules = try Self.rules(configuration)
        share = (configuration.sample ?? Percentage(100)).description
        plan = try ExportPlan(configuration)
        phases =
            plan == nil ? [.requestHeaders] : [.requestHeaders, .attempts, .streamComplete]
    }

    /// Finds the exporter's cluster and begins to send spans.
    public func provision(_ services: any GatewayServices) throws {
        let exporter = try plan?.exporter(services)
        running.exporter = exporter
        running.tracer = Tracer(rules, exporter: exporter)
        if let exporter { services.every(exporter.pace) { exporter.tick() } }
    }

    /// Sends what waits, or leaves it to the next configuration.
    public func cleanUp() { running.exporter?.close() }

    /// The one filter that serves all streams.
    public func makeFilter() -> any HTTPFilter {
        guard let tracer = running.tracer else {
            preconditionFailure("the factory was not provisioned")
        }
        return tracer
    }

    /// Whose trace the request is part of, and whether it would be recorded.
    public func explain(_ stream: FilterStream) -> [String] {
        let caller = rules.propagation.read(stream.request.headers)
        guard rules.trustsParent, caller.hasTrace else {
            return ["begins a trace, of which \(share) are recorded"]
        }
        let decision =
            switch caller.decision {
            case .none: "which has not decided: \(share) are recorded"
            case .unsampled: "not recorded"
            case .sampled, .debug: "recorded"
            }
        let trace = TraceContext(
            traceHigh: caller.traceHigh, traceLow: caller.traceLow, span: caller.span,
            isSampled: true
        ).traceText
        return ["goes on with its caller's trace \(trace), \(decision)"]
    }

    private static func rules(_ configuration: Configuration) throws -> Tracer.Rules {
        let formats = configuration.propagation ?? [.w3c]
        guard !formats.isEmpty else {
            throw ConfigurationError(at: ["propagation"], "expected w3c, b3 or b3-multi")
        }
        for (index, format) in formats.enumerated() where formats[..<index].contains(format) {
            throw ConfigurationError(
                at: ["propagation", "\(index)"], "`\(format.rawValue)` stands there twice")
        }
        let trusts = configuration.trustParent ?? true
        return Tracer.Rules(
            propagation: Propagation(formats: formats),
            sampler: Sampler(configuration.sample ?? Percentage(100)),
            trustsParent: trusts,
            force: try configuration.force.map(forceRule),
            forwardsBaggage: configuration.baggage?.forward ?? trusts,
            baggageAttributes: try (configuration.baggage?.attributes ?? []).enumerated().map {
                index, name in
                guard !name.isEmpty, name.utf8.allSatisfy(\.isToken) else {
                    throw ConfigurationError(
                        at: ["baggage", "attributes", "\(index)"],
                        "expected the name of a member of baggage, found `\(name)`")
                }
                return ByteString(name)
            },
            query: configuration.query ?? .names)
    }

    private static func forceRule(_ force: Force) throws -> ForceRule {
        let text = force.header ?? "x-weir-trace"
        guard let header = HeaderName(text) else {
            throw ConfigurationError(
                at: ["force", "header"],
                "expected a field name such as x-weir-trace, found `\(text)`")
        }
        guard !header.isReserved else {
            throw ConfigurationError(
                at: ["force", "header"],
                "the gateway itself decides `\(header)`; choose another field")
        }
        guard !force.clientAddresses.isEmpty else {
            throw ConfigurationError(
                at: ["force", "client-addresses"], "expected at least one network")
        }
        return ForceRule(
            header: header,
            addresses: try force.clientAddresses.enumerated().map { index, text in
                guard let network = IPNetwork(text) else {
                    throw ConfigurationError(
                        at: ["force", "client-addresses", "\(index)"],
                        "expected a network such as 10.0.0.0/8, found `\(text)`")
                }
                return network
            })
    }
}
