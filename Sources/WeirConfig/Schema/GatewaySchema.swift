public import WeirFilter

/// The JSON Schema of configuration files, for editors and other tools.
public struct GatewaySchema {
    private let filters: [FilterType]

    /// The schema of files that may name these filters.
    public init(filters: [FilterType]) {
        self.filters = filters.sorted { $0.name < $1.name }
    }

    /// The whole schema.
    public func document(title: String) -> Rendered {
        var renderer = SchemaRenderer()
        let root = renderer.render(schema)
        return Self.document(
            [("title", .text(title))] + root, renderer)
    }

    /// The schema of one filter's settings, alone.
    public static func document(of filter: FilterType) -> Rendered {
        var renderer = SchemaRenderer()
        let settings = renderer.render(filter.schema)
        return document(
            [("title", .text(filter.name)), ("description", .text(filter.documentation.summary))]
                + settings, renderer)
    }

    private static func document(
        _ fields: SchemaRenderer.Fields, _ renderer: SchemaRenderer
    ) -> Rendered {
        let dialect = Rendered.text("https://json-schema.org/draft/2020-12/schema")
        let definitions = renderer.definitions
        return .object(
            [("$schema", dialect)] + fields
                + (definitions.isEmpty ? [] : [("$defs", .object(definitions))]))
    }

    /// The file.
    package var schema: ConfigurationSchema {
        ConfigurationReference.root.schema([
            "runtime": RuntimeConfiguration.schema,
            "admin": .anyOf([.choice(["off"]), AdminConfiguration.schema]),
            "access-log": .anyOf([.choice(["off"]), AccessLogConfiguration.schema]),
            "log": LogConfiguration.schema,
            "reload": ReloadConfiguration.schema,
            "plugins": .list(
                of: .anyOf([ConfigFile.schema, ConfigurationReference.plugin.schema()])),
            "chains": .map(to: filterList),
            "listeners": .list(of: .named("listener", listener), atLeast: 1),
            "routes": .map(to: routeList),
            "clusters": .map(to: .named("cluster", cluster)),
        ])
    }

    private var listener: ConfigurationSchema {
        let served = [
            "filters": ConfigurationSchema.anyOf([.text("name of a chain"), filterList]),
            "routes": .anyOf([.text("name of a route table"), routeList]),
        ]
        let inner: [String: ConfigurationSchema] = [
            "connection": connection,
            "server-names": .list(of: ConfigurationReference.serverName.schema(served)),
            "limits": ListenerLimits.schema,
            "timeouts": ListenerTimeouts.schema,
            "client-address": ClientAddressConfiguration.schema,
            "forwarding": ForwardingConfiguration.schema,
            "path": PathConfiguration.schema,
        ]
        return ConfigurationReference.listener.schema(inner.merging(served) { own, _ in own })
    }

    private var cluster: ConfigurationSchema {
        let endpoint = ConfigurationReference.endpoint.schema()
        return ConfigurationReference.cluster.schema([
            "endpoints": .list(of: .anyOf([.endpoint, endpoint]), atLeast: 1),
            "connection": connection,
            "pool": PoolConfiguration.schema,
            "dns": DNSConfiguration.schema,
            "timeouts": ClusterTimeouts.schema,
            "limits": ClusterLimits.schema,
        ])
    }
}

/// Routes.
extension GatewaySchema {
    private var routeList: ConfigurationSchema { .list(of: .named("route", route)) }

    private var route: ConfigurationSchema {
        let value = ConfigurationReference.valueMatch
        let values = ConfigurationSchema.named(
            "value-match", .anyOf([.text(), value.schema(justOne: value.keys)]))
        let target = ConfigurationReference.target.schema()
        return ConfigurationReference.route.schema(
            [
                "match": ConfigurationReference.match.schema([
                    "headers": .map(to: values, names: ConfigurationSchema.tokenPattern),
                    "query": .map(to: values),
                ]),
                "to": .anyOf([
                    .cluster, .list(of: .anyOf([.cluster, target]), atLeast: 1),
                ]),
                "redirect": ConfigurationReference.redirect.schema(),
                "respond": ConfigurationReference.response.schema(),
                "rewrite": ConfigurationReference.rewrite.schema(),
                "filters": changes,
            ], justOne: ["to", "redirect", "respond"])
    }

    /// `filters` of a route: names with settings, or `off`.
    private var changes: ConfigurationSchema {
        .named(
            "filter-changes",
            .object(
                filters(.http).map { filter in
                    // What the chain says need not be said again.
                    let isPart =
                        filter.routeOverride == .merge
                        && filter.schema.places.contains { $0.field.isRequired }
                    let change: ConfigurationSchema =
                        isPart
                        ? .named("filter-\(filter.name)-change", filter.schema.asChange)
                        : settings(of: filter)
                    return SchemaField(
                        filter.name, .anyOf([.choice(["off"]), change]),
                        meaning: filter.documentation.summary)
                }))
    }
}

/// Lists of filters.
extension GatewaySchema {
    private func filters(_ seams: FilterType.Seam...) -> [FilterType] {
        filters.filter { seams.contains($0.seam) }
    }

    private func settings(of filter: FilterType) -> ConfigurationSchema {
        .named("filter-\(filter.name)", filter.schema)
    }

    /// `filters` of a listener, and a chain.
    private var filterList: ConfigurationSchema {
        let chain = SchemaField(
            "chain", .text("name of a chain"), isRequired: true,
            meaning: "Puts the filters of a chain here.")
        return .named(
            "filter-list",
            entries(filters(.http), [chain]) { .anyOf([.choice(["off"]), settings(of: $0)]) })
    }

    /// `connection` of a listener or a cluster.
    private var connection: ConfigurationSchema {
        .named("connection", entries(filters(.connection, .codec), []) { settings(of: $0) })
    }

    /// A list of names, and of names with something beside them. A name stands alone where nothing
    /// has to be set.
    private func entries(
        _ filters: [FilterType], _ more: [SchemaField],
        _ value: (FilterType) -> ConfigurationSchema
    ) -> ConfigurationSchema {
        let fields = filters.map { filter in
            SchemaField(
                filter.name, value(filter), isRequired: !filter.schema.mayBeEmpty,
                meaning: filter.documentation.summary)
        }
        let names = filters.filter(\.schema.mayBeEmpty).map(\.name)
        let entry = ConfigurationSchema(
            .object(SchemaObject(fields + more, isEntry: true)), "filter with its settings")
        return .list(of: .anyOf([.choice(names), entry]))
    }
}
