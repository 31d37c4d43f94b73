internal import WeirBase
internal import WeirFilter

extension GatewayLoader {
    func cluster(_ entry: ConfigMapping.Entry, _ cursor: Cursor) -> ClusterConfiguration {
        var cluster = ClusterConfiguration(name: entry.key, mark: entry.keyMark)
        guard let reader = ObjectReader(cursor, ConfigurationReference.cluster) else {
            return cluster
        }
        if let field = reader.required("endpoints", "a list of addresses") {
            cluster.endpoints = endpoints(field)
        }
        cluster.connection = connection(reader.field("connection"), on: .upstream)
        if let field = reader.field("balance"), let balance = field.choice(Balance.self) {
            cluster.balance = balance
        }
        if let time = reader.field("connect-timeout")?.duration(.time) {
            cluster.connectTimeout = time
        }
        if let field = reader.field("pool") { cluster.pool = PoolConfiguration.read(field) }
        if let field = reader.field("dns") { cluster.dns = dns(field) }
        if let field = reader.field("timeouts") { cluster.timeouts = ClusterTimeouts.read(field) }
        if let field = reader.field("limits") { cluster.limits = ClusterLimits.read(field) }
        if let retries = reader.field("retry-stale")?.flag() {
            cluster.retriesStaleConnection = retries
        }
        return cluster
    }

    private typealias Balance = ClusterConfiguration.Balance

    private func dns(_ cursor: Cursor) -> DNSConfiguration {
        let dns = DNSConfiguration.read(cursor)
        if dns.refreshMin > dns.refreshMax {
            cursor.report("`refresh-min` is longer than `refresh-max`")
        }
        return dns
    }

    private func endpoints(_ cursor: Cursor) -> [EndpointConfiguration] {
        guard let elements = cursor.elements() else { return [] }
        if elements.isEmpty { cursor.mismatch("at least one endpoint") }
        let endpoints = elements.compactMap { element -> EndpointConfiguration? in
            if element.node.mapping == nil {
                return target(element).map { EndpointConfiguration($0) }
            }
            guard let reader = ObjectReader(element, ConfigurationReference.endpoint) else {
                return nil
            }
            let target = reader.required("address").flatMap(target)
            let weight = reader.field("weight").map { $0.integer(0...1_000_000) ?? 1 } ?? 1
            return target.map { EndpointConfiguration($0, weight: weight) }
        }
        if !endpoints.isEmpty, endpoints.count == elements.count,
            endpoints.allSatisfy({ $0.weight == 0 })
        {
            cursor.report("all weights are 0", expected: "one above 0")
        }
        return endpoints
    }

    private func target(_ cursor: Cursor) -> EndpointConfiguration.Target? {
        guard let text = cursor.string() else { return nil }
        if let address = SocketAddress(text) {
            if address.port != 0 { return .address(address) }
        } else if let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        {
            let host = text[..<colon]
            if HostName.isHost(host) { return .host(host.lowercased(), port: port) }
        }
        let isURL = text.contains("://")
        cursor.mismatch(
            (isURL ? "no scheme, only " : "")
                + "host:port such as 10.0.0.1:8080 or api.internal:80, or unix:/path")
        return nil
    }
}
