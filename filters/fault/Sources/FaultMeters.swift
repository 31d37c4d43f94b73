internal import WeirFilter

/// What has been injected, and what has not.
struct FaultMeters: Sendable {
    /// What was done to a request or its response.
    enum Injection: Int, CaseIterable {
        case delay, abort, close, reset, throttle, truncate, corrupt
    }

    /// Why a request was left alone that could have had a fault.
    enum Obstacle: Int, CaseIterable {
        /// The experiment is switched off, or over.
        case disabled, expired
        /// As many requests as may have faults have some.
        case ceiling
        /// The request asked for something that cannot be understood.
        case header
    }

    private let injected: [Counter]
    private let suppressed: [Counter]

    init(_ experiment: String, _ services: any GatewayServices) {
        injected = Injection.allCases.map {
            services.counter(
                "weir_fault_injected_total", "Faults injected, by kind.",
                labels: [("experiment", experiment), ("kind", "\($0)")])
        }
        suppressed = Obstacle.allCases.map {
            services.counter(
                "weir_fault_suppressed_total",
                "Requests that were considered and left alone, by reason.",
                labels: [("experiment", experiment), ("reason", "\($0)")])
        }
    }

    /// Counts a fault.
    func count(_ injection: Injection, _ stream: FilterStream) {
        injected[injection.rawValue].add(for: stream)
    }

    /// Counts a request that is left alone.
    func count(_ obstacle: Obstacle, _ stream: FilterStream) {
        suppressed[obstacle.rawValue].add(for: stream)
    }
}
