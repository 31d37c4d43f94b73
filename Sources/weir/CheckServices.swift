internal import Synchronization
internal import WeirBase
internal import WeirConfig
internal import WeirFilter

/// What a factory gets of the gateway while a file is only checked: it may open what it needs, but
/// nothing is watched or repeated.
final class CheckServices: GatewayServices {
    private let messages = Mutex<[String]>([])

    func watch(_ path: String, _ changed: @escaping @Sendable () -> Void) {}

    func every(_ interval: Interval, _ body: @escaping @Sendable () -> Void) {}

    func log(_ level: LogLevel, _ message: String) {
        // Notices are for a gateway that runs.
        if level != .notice { messages.withLock { $0.append(message) } }
    }

    /// What the factory has complained of.
    var complaints: [String] { messages.withLock { $0 } }

    /// Provisions every filter of a configuration, cleans up again, and returns what all of them
    /// have to say.
    static func tryOut(_ configuration: GatewayConfiguration) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for entry in configuration.filters {
            let services = CheckServices()
            do {
                try entry.factory.provision(services)
            } catch {
                problems.append(entry.diagnostic(for: error))
            }
            problems += services.complaints.map { entry.warning($0) }
            entry.factory.cleanUp()
        }
        return problems
    }
}
