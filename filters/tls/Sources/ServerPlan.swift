internal import WeirBase
internal import WeirFilter

/// What a listener's configuration says, checked as far as that goes without its files.
struct ServerPlan: Sendable {
    let settings: ProtocolSettings
    let files: [Tls.CertificateFiles]
    let ticketKeys: TicketKeys?
    let clients: ClientPolicy?
    let isStrict: Bool
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
        ticketKeys = try (configuration.sessionTickets ?? .standard).keys()
        for (index, entry) in files.enumerated() {
            for (place, name) in (entry.names ?? []).enumerated()
            where ServerName.pattern(name) == nil {
                throw ConfigurationError(
                    at: ["certificates", "\(index)", "names", "\(place)"],
                    "expected a host name such as www.example.com or *.example.com, "
                        + "found `\(name)`")
            }
        }
    }

    /// The files that it names.
    var watched: [ConfigFile] {
        files.flatMap(\.files) + (clients?.files ?? [])
    }
}

extension Tls.SessionTickets {
    /// The keys for tickets of these settings; nil when there are to be none.
    ///
    /// All listeners with the same times share them, and they outlive a configuration: a reload
    /// costs nobody the session. For which settings a ticket is good stands in the ticket.
    func keys() throws(ConfigurationError) -> TicketKeys? {
        guard case .on(let rotate, let keep) = self else { return nil }
        guard rotate.interval >= .seconds(1), rotate.interval <= .seconds(7 * 86_400) else {
            throw ConfigurationError(
                at: ["session-tickets", "rotate"], "expected 1s to 168h, found `\(rotate)`")
        }
        guard (0...100).contains(keep) else {
            throw ConfigurationError(
                at: ["session-tickets", "keep"], "expected 0 to 100, found \(keep)")
        }
        return TicketKeys.shared(rotate: rotate.interval, keep: keep)
    }
}
