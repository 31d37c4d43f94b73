internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Speaks TLS with clients and endpoints.
public final class Tls: ConnectionFilterFactory {
    /// `tls`
    public static let name = "tls"

    let configuration: Configuration
    let settings: ProtocolSettings
    let server: ServerPlan?
    /// What new connections of a listener use; nil before `provision`.
    let contexts = Mutex<ServerContexts?>(nil)

    /// Checks what can be checked without the files.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        settings = try ProtocolSettings(configuration)
        server = try ServerPlan(configuration, settings)
    }

    /// Reads the files and watches them.
    public func provision(_ services: any GatewayServices) throws {
        if let server {
            let first = try ServerContexts(server)
            contexts.withLock { $0 = first }
        }
    }

    /// Wraps the connection in TLS.
    public func accept(_ connection: AcceptedConnection) -> ConnectionVerdict {
        guard let contexts = contexts.withLock({ $0 }) else { return .refuse("tls_internal") }
        return .wrap(
            TlsTransport(
                connection.transport, server: contexts, protocols: connection.protocols))
    }
}

extension ServerPlan {
    /// Nil without certificates.
    init?(_ configuration: Tls.Configuration, _ settings: ProtocolSettings) throws {
        guard let files = configuration.certificates else { return nil }
        guard !files.isEmpty else {
            throw ConfigurationError(at: ["certificates"], "expected at least one certificate")
        }
        self.settings = settings
        self.files = files
        clients = try ClientPolicy(configuration.clientCertificates)
        isStrict = configuration.strictSni ?? false
        switch configuration.sessionTickets ?? .standard {
        case .off: ticketKeys = nil
        case .on(let rotate, let keep):
            guard rotate.interval >= .seconds(1) else {
                throw ConfigurationError(
                    at: ["session-tickets", "rotate"], "expected at least 1s, found `\(rotate)`")
            }
            guard (0...100).contains(keep) else {
                throw ConfigurationError(
                    at: ["session-tickets", "keep"], "expected 0 to 100, found \(keep)")
            }
            ticketKeys = TicketKeys(rotate: rotate.interval, keep: keep, clock: monotonicNow)
        }
    }
}
