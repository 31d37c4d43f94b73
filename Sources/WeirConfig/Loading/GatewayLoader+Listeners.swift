internal import WeirBase
internal import WeirFilter

extension GatewayLoader {
    func listeners(
        _ root: ObjectReader, admin: AdminConfiguration?
    ) -> [ListenerConfiguration] {
        guard let cursor = root.required("listeners", "at least one listener"),
            let elements = cursor.elements()
        else { return [] }
        if elements.isEmpty { cursor.mismatch("at least one listener") }
        var names: [String: SourceMark] = [:]
        var addresses: [SocketAddress: String] = [:]
        if let admin { addresses[admin.address] = "admin" }
        let listeners = elements.enumerated().compactMap { index, element in
            guard let reader = ObjectReader(element, ConfigurationReference.listener) else {
                return nil as ListenerConfiguration?
            }
            let name = reader.field("name")?.name("listener") ?? "listener-\(index + 1)"
            if let first = names.updateValue(element.node.mark, forKey: name) {
                (reader.field("name") ?? element).report(
                    "a listener named `\(name)` stands already at line \(first.line)")
            }
            let address = reader.required("address")?.socketAddress()
            if let address, address.port != 0,
                let other = addresses.updateValue(name, forKey: address)
            {
                reader.field("address")?.report("\(address) is taken already by `\(other)`")
            }
            return listener(reader, name, address)
        }
        checkOverrides(listeners.flatMap(\.allServed))
        return listeners
    }

    private func listener(
        _ reader: ObjectReader, _ name: String, _ address: SocketAddress?
    ) -> ListenerConfiguration {
        let before = context.problems.count
        let connection = connection(reader.field("connection"), on: .downstream)
        let isKnown = context.problems.count == before
        let chain = chain(of: name, reader.field("filters"))
        let table = routes(of: name, reader.required("routes", Self.routesExpected), reader.cursor)
        let served = served(chain, table)
        let serverNames = serverNames(reader.field("server-names"), of: name, default: served)
        if isKnown, !connection.contains(where: { $0.type.seam == .connection }) {
            reader.field("server-names")?.report(
                "nothing on this listener learns a server name",
                expected: "a connection filter that does, such as TLS, under `connection`")
        }
        return ListenerConfiguration(
            name: name, address: address ?? .unix(path: "@invalid"), mark: reader.cursor.node.mark,
            connection: connection, served: served, serverNames: serverNames,
            limits: reader.field("limits").map(ListenerLimits.read) ?? ListenerLimits(),
            timeouts: reader.field("timeouts").map(ListenerTimeouts.read) ?? ListenerTimeouts(),
            clientAddress: reader.field("client-address").map(ClientAddressConfiguration.read)
                ?? ClientAddressConfiguration(),
            forwarding: reader.field("forwarding").map(ForwardingConfiguration.read)
                ?? ForwardingConfiguration(),
            path: reader.field("path").map(PathConfiguration.read) ?? PathConfiguration(),
            upgrades: upgrades(reader.field("upgrades")),
            connect: reader.field("connect")?.flag() ?? false)
    }

    private func upgrades(_ cursor: Cursor?) -> [String] {
        guard let cursor else { return ["websocket"] }
        return (cursor.elements() ?? []).compactMap { element in
            guard let text = element.string() else { return nil }
            let isProtocol = !text.isEmpty && text.utf8.allSatisfy { $0.isToken || $0 == 0x2F }
            if !isProtocol { element.mismatch("the name of a protocol, such as websocket") }
            return text.lowercased()
        }
    }

    static let routesExpected = "a name under `routes`, or a list of routes"

    /// `routes` of a listener or a server name: a table's name, or the routes themselves.
    func routes(of name: String, _ cursor: Cursor?, _ owner: Cursor) -> RouteTable {
        let nothing = RouteTable(name: name, routes: [], mark: owner.node.mark)
        guard let cursor else { return nothing }
        if let name = cursor.node.text {
            if let table = table(named: name) { return table }
            cursor.unknown("route table", name, valid: tableNodes.keys)
            return nothing
        }
        return table(name, cursor)
    }

    /// Puts routes behind a chain.
    func served(_ chain: FilterChain, _ table: RouteTable) -> ServedRoutes {
        let (chains, indexes) = effectiveChains(chain, table.routes)
        return ServedRoutes(
            routes: table, filters: chain, effectiveChains: chains, chainIndexes: indexes)
    }
}
