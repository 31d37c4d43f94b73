internal import WeirFilter

/// What a listener's new connections use: contexts by server name, made from one reading of the
/// files. A connection keeps those under which it began.
final class ServerContexts: Sendable {
    /// For clients that ask for no name, or for one that nobody serves.
    let standard: ContextHandle
    let ticketKeys: TicketKeys?
    private let names: ServerNames<ContextHandle>
    /// The loaded certificates, in the order of the configuration.
    let certificates: [LoadedCertificate]
    let isStrict: Bool

    init(_ plan: ServerPlan) throws(ConfigurationError) {
        let certificates = try plan.files.enumerated().map {
            (index, files) throws(ConfigurationError) in
            try LoadedCertificate(files, at: ["certificates", "\(index)"])
        }
        self.certificates = certificates
        self.ticketKeys = plan.ticketKeys
        isStrict = plan.isStrict
        let clients = try plan.clients?.load()
        let ticketKeys = plan.ticketKeys
        let groups = Self.groups(certificates)
        var made: [[Int]: ContextHandle] = [:]
        let hasStaples = certificates.contains { $0.staple != nil }
        func context(_ members: [Int]) throws(ConfigurationError) -> ContextHandle {
            if let context = made[members] { return context }
            let context = try ContextHandle(plan.settings, isServer: true)
            for index in members {
                try context.use(certificates[index], at: ["certificates", "\(index)"])
            }
            context.setTickets(
                lifetime: ticketKeys?.lifetime,
                identity: clients?.identity ?? Array("weir".utf8))
            context.setServerCallbacks(hasStaples: hasStaples)
            clients?.apply(to: context)
            made[members] = context
            return context
        }
        var names = ServerNames<ContextHandle>()
        for (name, members) in groups { names[name] = try context(members) }
        // A certificate for the same name with a key of another kind serves beside the first.
        let first = certificates[0].names.first.flatMap { name in
            groups.first { $0.name == name }?.members
        }
        standard = try context(first ?? [0])
        self.names = names
    }

    /// For each name the certificates for it, the first of each kind of key.
    private static func groups(
        _ certificates: [LoadedCertificate]
    ) -> [(name: String, members: [Int])] {
        var order: [String] = []
        var groups: [String: [Int]] = [:]
        for (index, certificate) in certificates.enumerated() {
            for name in certificate.names {
                let members = groups[name] ?? []
                if members.isEmpty { order.append(name) }
                let kind = certificate.chain[0].keyKind
                if !members.contains(where: { certificates[$0].chain[0].keyKind == kind }) {
                    groups[name] = members + [index]
                }
            }
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    /// The context for a name that is clean; nil when nobody serves it.
    func match(_ name: String) -> (name: String, value: ContextHandle)? { names.match(name) }

    /// The staple of the certificate that a connection shows.
    func staple(of leaf: Certificate) -> [UInt8]? {
        certificates.first { $0.chain[0].isSame(as: leaf) }?.staple
    }
}
