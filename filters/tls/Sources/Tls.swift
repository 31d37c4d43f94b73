internal import WeirBase
public import WeirFilter

/// Speaks TLS with clients and endpoints.
public final class Tls: ConnectionFilterFactory {
    /// `tls`
    public static let name = "tls"

    /// `weir cert dev`
    public static let tools = [CertificateTool.command]

    private let configuration: Configuration
    /// What connections from clients use; nil without certificates.
    private let server: Reloadable<ServerContexts>?
    /// What connections to endpoints use; nil for a listener.
    private let client: Reloadable<ClientContext>?
    private let serverName: PeerName?
    private let isVerifying: Bool

    /// Checks what can be checked without the files.
    public init(_ configuration: Configuration) throws {
        self.configuration = configuration
        let settings = try ProtocolSettings(configuration)
        server = try ServerPlan(configuration, settings).map { plan in
            Reloadable(plan.watched) { () throws(ConfigurationError) in
                try ServerContexts(plan)
            }
        }
        let plan = try ClientPlan(configuration, settings)
        serverName = plan.serverName
        isVerifying = plan.isVerifying
        client =
            server != nil
            ? nil
            : Reloadable(plan.files) { () throws(ConfigurationError) in try ClientContext(plan) }
    }

    /// Refuses fields that mean nothing on this side.
    public func validate(for side: ConnectionSide) throws {
        switch side {
        case .downstream: try configuration.checkListener()
        case .upstream: try configuration.checkCluster()
        }
    }

    /// Reads the files and watches them.
    public func provision(_ services: any GatewayServices) throws {
        let watch = ExpiryWatch(services)
        try server?.start(services) { watch.look(at: $0.certificates) }
        try client?.start(services) { watch.look(at: $0.certificate.map { [$0] } ?? []) }
    }

    /// Wraps the connection in TLS as a server.
    public func accept(_ connection: AcceptedConnection) -> ConnectionVerdict {
        guard let contexts = server?.value else { return .refuse("tls_no_certificates") }
        return .wrap(
            TlsTransport(
                connection.transport, server: contexts, protocols: connection.protocols))
    }

    /// Wraps the connection in TLS as a client.
    public func connect(_ connection: MadeConnection) -> ConnectionVerdict {
        guard let context = client?.value else { return .refuse("tls_internal") }
        let name =
            serverName ?? connection.host.flatMap { PeerName($0) }
            ?? connection.address.ip.map { .address($0.description) }
        guard name != nil || !isVerifying else { return .refuse("tls_no_server_name") }
        let client = ClientConnection(
            context: context, name: name, address: connection.address.description,
            protocols: connection.protocols)
        return .wrap(TlsTransport(connection.transport, client: client))
    }
}
