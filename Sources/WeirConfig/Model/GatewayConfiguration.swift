/// A whole gateway as one file describes it: decoded, checked, its filters' factories made.
///
/// Immutable; a reload makes another one. Make it with `load(file:…)`.
public struct GatewayConfiguration: Sendable {
    /// The file that it was read from, as the operator named it.
    public let file: String
    /// Event loops and bounds of the process.
    public let runtime: RuntimeConfiguration
    /// The admin listener, or nil when it is off. Default: on, at 127.0.0.1:9901.
    public let admin: AdminConfiguration?
    /// The access log, or nil when it is off. Default: JSON to standard output.
    public let accessLog: AccessLogConfiguration?
    /// The gateway's own log.
    public let log: LogConfiguration
    /// When the file is read again.
    public let reload: ReloadConfiguration
    /// Named filter chains, in the order of the file.
    public let chains: [FilterChain]
    /// The listeners, in the order of the file; at least one.
    public let listeners: [ListenerConfiguration]
    /// Route tables, in the order of the file; then those written inside a listener, which have
    /// the listener's name, and inside its server names: `edge/api.example.com`.
    public let routeTables: [RouteTable]
    /// The clusters, in the order of the file.
    public let clusters: [ClusterConfiguration]
    /// The settings in use that loosen a safe default, in the order of the file.
    public let unsafeSettings: [Loosening]

    /// The cluster of a name, or nil. For single questions: it walks the list.
    public func cluster(named name: String) -> ClusterConfiguration? {
        clusters.first { $0.name == name }
    }

    /// The plug-ins, in the order of the file; their filters may be named anywhere in it.
    public let plugins: [PluginConfiguration]

    /// The distinct filters of all chains and overrides, each once. Provision them in this order,
    /// clean up in reverse.
    public let filters: [FilterEntry]

    /// Where secrets stand in the file.
    let secretMarks: Set<SourceMark>
}
