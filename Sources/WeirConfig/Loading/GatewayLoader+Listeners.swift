internal import WeirBase

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
        // Which chains the routes of a table pass, over all listeners.
        var uses: [(table: RouteTable, chains: [FilterChain])] = []
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
            let chain = chain(of: name, reader.field("filters"))
            let table = routes(of: name, reader)
            if let use = uses.firstIndex(where: { $0.table === table }) {
                uses[use].chains.append(chain)
            } else {
                uses.append((table, [chain]))
            }
            return listener(reader, name, address, chain, table)
        }
        for use in uses { checkOverrides(use.table, use.chains) }
        return listeners
    }

    private func listener(
        _ reader: ObjectReader, _ name: String, _ address: SocketAddress?, _ chain: FilterChain,
        _ table: RouteTable
    ) -> ListenerConfiguration {
        let (chains, indexes) = effectiveChains(chain, table.routes)
        return ListenerConfiguration(
            name: name, address: address ?? .unix(path: "@invalid"), mark: reader.cursor.node.mark,
            connection: connection(reader.field("connection")), routes: table, filters: chain,
            chain: chains[0], effectiveChains: chains,
            chainIndexes: indexes,
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

    /// A listener's `routes`: a table's name, or the routes themselves.
    private func routes(of listener: String, _ reader: ObjectReader) -> RouteTable {
        let nothing = RouteTable(name: listener, routes: [], mark: reader.cursor.node.mark)
        guard let cursor = reader.required("routes", "a name under `routes`, or a list of routes")
        else { return nothing }
        if let name = cursor.node.text {
            if let table = table(named: name) { return table }
            cursor.unknown("route table", name, valid: tableNodes.keys)
            return nothing
        }
        return table(listener, cursor)
    }
}
