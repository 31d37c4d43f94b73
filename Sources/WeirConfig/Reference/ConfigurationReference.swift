public import WeirFilter

/// What can stand in the file: for documentation, and the one list of valid keys.
public enum ConfigurationReference {
    /// A mapping in the file with its fields.
    public struct Group: Sendable {
        /// Where it stands: `listeners[].limits`, `routes.NAME[].match`; empty for the root.
        public let path: String
        /// Its fields, in the order in which they are documented.
        public let fields: [ConfigurationField]

        /// The names of the fields.
        let keys: [String]

        init(_ path: String, _ fields: [ConfigurationField]) {
            self.path = path
            self.fields = fields
            keys = fields.map(\.name)
        }

        init<Settings: SettingsGroup>(_ path: String, _ type: Settings.Type) {
            let defaults = Settings()
            self.init(
                path,
                Settings.fields.map { field in
                    ConfigurationField(
                        field.name, field.type, default: field.render(defaults).inline,
                        field.meaning, allows: field.schema)
                })
        }
    }

    /// Every mapping of the file, from the root down. Filters document their own.
    public static let groups: [Group] = [
        root,
        Group("runtime", RuntimeConfiguration.self),
        Group("admin", AdminConfiguration.self),
        Group("access-log", AccessLogConfiguration.self),
        Group("log", LogConfiguration.self),
        Group("reload", ReloadConfiguration.self),
        plugin, listener, serverName,
        Group("listeners[].limits", ListenerLimits.self),
        Group("listeners[].timeouts", ListenerTimeouts.self),
        Group("listeners[].client-address", ClientAddressConfiguration.self),
        Group("listeners[].forwarding", ForwardingConfiguration.self),
        Group("listeners[].path", PathConfiguration.self),
        route, match, valueMatch, target, redirect, response, rewrite,
        cluster, endpoint,
        Group("clusters.NAME.pool", PoolConfiguration.self),
        Group("clusters.NAME.dns", DNSConfiguration.self),
        Group("clusters.NAME.timeouts", ClusterTimeouts.self),
        Group("clusters.NAME.limits", ClusterLimits.self),
    ]
}

extension ObjectReader {
    /// Begins with the mapping at `cursor`, whose keys are those of a documented group.
    init?(_ cursor: Cursor, _ group: ConfigurationReference.Group) {
        self.init(cursor, group.keys)
    }
}
