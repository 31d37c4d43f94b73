internal import WeirFilter

extension GatewayConfiguration {
    /// The configuration as it takes effect, defaults filled in and secrets hidden, as JSON: what
    /// the admin listener shows under `/config`.
    public var redactedDescription: String { rendered.json(indent: 2) }

    /// The configuration as it takes effect, defaults filled in and secrets hidden.
    public var rendered: Rendered {
        .object([
            ("runtime", runtime.rendered),
            ("admin", admin?.rendered ?? .text("off")),
            ("access-log", accessLog?.rendered ?? .text("off")),
            ("log", log.rendered),
            ("reload", reload.rendered),
            ("plugins", .list(plugins.map(\.rendered))),
            ("chains", .object(chains.map { ($0.name, $0.rendered) })),
            ("listeners", .list(listeners.map(\.rendered))),
            ("routes", .object(routeTables.map { ($0.name, rendered($0)) })),
            ("clusters", .object(clusters.map { ($0.name, $0.rendered) })),
        ])
    }

    private func rendered(_ table: RouteTable) -> Rendered {
        // Only a filter that decoded a configuration knows what in it is secret.
        let decoded = Set(filters.compactMap(\.routeNodeMark))
        return .list(
            table.routes.map { route in
                let overrides = route.overrides.map { override -> (String, Rendered) in
                    switch override.change {
                    case .off: return (override.name, .text("off"))
                    case .configuration(let node) where decoded.contains(node.mark):
                        return (override.name, node.rendered(hiding: secretMarks))
                    case .configuration: return (override.name, .text("(unused)"))
                    }
                }
                return route.rendered(overrides: .object(overrides))
            })
    }
}

extension FilterChain {
    var rendered: Rendered {
        .list(
            filters.map { place in
                place.entry?.renderedByName ?? .object([(place.name, .text("off"))])
            })
    }
}

extension [FilterEntry] {
    var rendered: Rendered { .list(map(\.renderedByName)) }
}

extension FilterEntry {
    /// The filter as it stands in a chain.
    fileprivate var renderedByName: Rendered {
        let configuration = self.configuration
        if case .null = configuration { return .text(name) }
        return .object([(name, configuration)])
    }
}

extension ListenerConfiguration {
    var rendered: Rendered {
        .object([
            ("name", .text(name)),
            ("address", .text("\(address)")),
            ("connection", connection.rendered),
            ("filters", filters.rendered),
            ("routes", .text(routes.name)),
            ("server-names", .list(serverNames.map(\.rendered))),
            ("limits", limits.rendered),
            ("timeouts", timeouts.rendered),
            ("client-address", clientAddress.rendered),
            ("forwarding", forwarding.rendered),
            ("path", path.rendered),
            ("upgrades", .list(upgrades.map { .text($0) })),
            ("connect", .flag(connect)),
        ])
    }
}

extension ServerNameConfiguration {
    var rendered: Rendered {
        .object([
            ("names", .list(names.map { .text("\($0)") })),
            ("filters", served.filters.rendered),
            ("routes", .text(served.routes.name)),
        ])
    }
}

extension ClusterConfiguration {
    var rendered: Rendered {
        .object([
            (
                "endpoints",
                .list(
                    endpoints.map { endpoint in
                        .object([
                            ("address", .text("\(endpoint)")), ("weight", .number(endpoint.weight)),
                        ])
                    })
            ),
            ("connection", connection.rendered),
            ("balance", .text(balance.rawValue)),
            ("connect-timeout", .text("\(ConfigDuration(connectTimeout))")),
            ("pool", pool.rendered),
            ("dns", dns.rendered),
            ("timeouts", timeouts.rendered),
            ("limits", limits.rendered),
            ("retry-stale", .flag(retriesStaleConnection)),
        ])
    }
}
