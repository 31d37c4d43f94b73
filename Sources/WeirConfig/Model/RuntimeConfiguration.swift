public import WeirBase
internal import WeirFilter

/// `runtime`: event loops and the bounds of the process.
public struct RuntimeConfiguration: Sendable, Hashable {
    /// The number of event loops, 1 to 1024; nil for one per core. Default: nil (`auto`).
    public var workers: Int?
    /// How long connections may finish after SIGTERM or a drain. Default: 30 s.
    public var drainTimeout: Interval = .seconds(30)
    /// Client connections over all listeners; above it new ones are closed. Default: 50,000.
    public var maxConnections = 50_000

    /// How long one thing may keep a loop busy before the log names it. Default: 200 ms.
    public var stallAfter: Interval = .milliseconds(200)

    /// All defaults.
    public init() {}
}

extension RuntimeConfiguration: SettingsGroup {
    static let fields: [Field<RuntimeConfiguration>] = [
        .custom(
            "workers", "number or auto", \.workers, "Event loops; auto makes one per core.",
            allows: .anyOf([.choice(["auto"]), .integer(1...1024)]),
            read: { cursor in
                if cursor.node.text == "auto" { return .some(nil) }
                guard let text = cursor.node.text, let count = Int(scalar: text),
                    (1...1024).contains(count)
                else {
                    cursor.mismatch("auto or a whole number from 1 to 1024")
                    return nil
                }
                return .some(count)
            }, render: { $0.map { .number($0) } ?? .text("auto") }),
        .duration(
            "drain-timeout", \.drainTimeout,
            "How long connections may finish after SIGTERM or a drain."),
        .integer(
            "max-connections", \.maxConnections, 1...10_000_000,
            "Client connections over all listeners; above it new ones are closed."),
        .duration(
            "stall-after", \.stallAfter,
            "How long one thing may keep a loop busy before the log names the filter."),
    ]
}
