internal import WeirBase
public import WeirFilter

/// Delays or refuses a share of requests, to see how clients cope.
public struct Fault: FilterFactory {
    /// `fault`
    public static let name = "fault"

    /// What `weir filters fault` shows.
    public static let documentation = FilterDocumentation(
        summary: "Delays or refuses a share of requests, to see how clients cope.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "delay.duration", "duration", default: nil,
                "How long a request waits before it goes on; more than 0, at most 1h."),
            ConfigurationField(
                "delay.percentage", "percentage", default: "100%", "The share that waits."),
            ConfigurationField(
                "abort.status", "status code", default: nil,
                "What is answered instead of asking the upstream; 200 to 599."),
            ConfigurationField(
                "abort.percentage", "percentage", default: "100%",
                "The share that is answered here, drawn independently of the delay; when both "
                    + "are drawn, the answer comes after the delay."),
            ConfigurationField(
                "abort.body", "text", default: "\"\"", "The body of the answer, as text/plain."),
            ConfigurationField(
                "when.headers", "map of field name to value", default: "{}",
                "Leaves requests alone unless each field has a line of exactly that value; the "
                    + "value * matches any."),
        ])

    /// The request's head, unless there is nothing to inject.
    public let phases: Phases

    private let filter: FaultInjector

    /// Checks the numbers and prepares the answer.
    public init(_ configuration: Configuration) throws {
        filter = FaultInjector(
            delay: try configuration.delay.map(Self.delay),
            abort: try configuration.abort.map(Self.abort),
            conditions: try Self.conditions(configuration.when?.headers))
        phases = configuration.delay == nil && configuration.abort == nil ? [] : [.requestHeaders]
    }

    private static func delay(_ delay: Delay) throws -> FaultInjector.Delay {
        guard delay.duration.interval > .zero, delay.duration.interval <= .seconds(3600) else {
            throw ConfigurationError(
                at: ["delay", "duration"],
                "expected more than 0s and at most 1h, found `\(delay.duration)`")
        }
        return FaultInjector.Delay(
            interval: delay.duration.interval, share: delay.percentage ?? Percentage(100))
    }

    private static func abort(_ abort: Abort) throws -> FaultInjector.Abort {
        guard (200...599).contains(abort.status) else {
            throw ConfigurationError(
                at: ["abort", "status"], "expected a status from 200 to 599, found \(abort.status)")
        }
        let body = ByteString(abort.body ?? "")
        guard body.isEmpty || ![204, 205, 304].contains(abort.status) else {
            throw ConfigurationError(
                at: ["abort", "body"], "an answer with status \(abort.status) has no body")
        }
        let response = LocalResponse(
            status: abort.status, cause: "fault_abort",
            headers: body.isEmpty ? [] : [("content-type", "text/plain; charset=utf-8")],
            body: body)
        return FaultInjector.Abort(response: response, share: abort.percentage ?? Percentage(100))
    }

    private static func conditions(_ headers: [String: String]?) throws -> [FieldCondition] {
        try (headers ?? [:]).sorted { $0.key < $1.key }.map { name, value in
            guard let header = HeaderName(name) else {
                throw ConfigurationError(
                    at: ["when", "headers", name],
                    "expected a field name such as x-fault, found `\(name)`")
            }
            return FieldCondition(name: header, value: value == "*" ? nil : ByteString(value))
        }
    }

    /// The one filter that serves all streams; it keeps no state.
    public func makeFilter() -> any HTTPFilter { filter }
}
