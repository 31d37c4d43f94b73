internal import WeirFilter

/// One load of one file: reads the model, makes the filters' factories, checks what must fit
/// together. Problems gather in `context`; nothing stops at the first.
final class GatewayLoader {
    let context: LoadContext
    var registry: [String: FilterType]
    let loadPlugin: PluginLoader?
    /// Whether a plug-in could not be loaded, so that a name may be that of a filter in it.
    var hasLostPlugin = false
    let checkRegex: RegexChecker

    /// The names that the file gives, known before any reference to them is read.
    private(set) var clusterNames: Set<String> = []
    /// Clusters whose codec carries calls of filters alone, with the codec's name.
    private(set) var callClusters: [String: String] = [:]
    private(set) var chainNodes: [String: Cursor] = [:]
    private(set) var tableNodes: [String: Cursor] = [:]

    var chains: [String: FilterChain] = [:]
    /// Chains that are being read, to find one that includes itself.
    var openChains: [String] = []
    var tables: [String: RouteTable] = [:]
    var usedChains: Set<String> = []
    var filters: [FilterEntry] = []
    /// Filters by the place of their configuration: what is written once is made once.
    var entries: [FilterKey: FilterEntry?] = [:]
    /// Unchanged chains by place, so that listeners with one chain share it.
    var plainChains: [SourceMark: EffectiveChain] = [:]

    init(
        _ context: LoadContext, registry: [FilterType], loadPlugin: PluginLoader?,
        checkRegex: @escaping RegexChecker
    ) {
        self.context = context
        self.loadPlugin = loadPlugin
        self.registry = Dictionary(registry.map { ($0.name, $0) }) { first, _ in first }
        self.checkRegex = checkRegex
    }

    /// Reads the whole file. The result counts only when no error was noted.
    func load(_ root: ConfigNode) -> GatewayConfiguration? {
        let cursor = Cursor(node: root, path: .root, context: context)
        guard let reader = ObjectReader(cursor, ConfigurationReference.root) else { return nil }
        // First, as everything else may name their filters.
        let plugins = readPlugins(reader.field("plugins"))
        let chainCursors = reader.field("chains")?.named() ?? []
        let tableCursors = reader.field("routes")?.named() ?? []
        let clusterCursors = reader.field("clusters")?.named() ?? []
        chainNodes = Dictionary(
            uniqueKeysWithValues: chainCursors.map { ($0.entry.key, $0.cursor) })
        tableNodes = Dictionary(
            uniqueKeysWithValues: tableCursors.map { ($0.entry.key, $0.cursor) })
        clusterNames = Set(clusterCursors.map(\.entry.key))

        let runtime = reader.field("runtime").map(RuntimeConfiguration.read)
        let admin = AdminConfiguration.readOrOff(reader.field("admin"))
        let log = reader.field("log").map(LogConfiguration.read)
        let accessLog = AccessLogConfiguration.readOrOff(reader.field("access-log"))
        let reload = reader.field("reload").map(ReloadConfiguration.read)
        let clusters = clusterCursors.map { cluster($0.entry, $0.cursor) }
        for cluster in clusters {
            let codec = cluster.connection.first { !$0.type.carriesRequests }
            if let codec { callClusters[cluster.name] = codec.name }
        }
        let namedChains = chainCursors.compactMap {
            chain(named: $0.entry.key, at: $0.entry.keyMark)
        }
        let namedTables = tableCursors.compactMap { table(named: $0.entry.key) }
        let listeners = listeners(reader, admin: admin)
        warnAboutUnused(chainCursors, tableCursors, listeners)

        var allTables = namedTables
        for served in listeners.flatMap(\.allServed)
        where !allTables.contains(where: { $0 === served.routes }) {
            allTables.append(served.routes)
        }
        return GatewayConfiguration(
            file: context.file, runtime: runtime ?? RuntimeConfiguration(), admin: admin,
            accessLog: accessLog, log: log ?? LogConfiguration(),
            reload: reload ?? ReloadConfiguration(), chains: namedChains, listeners: listeners,
            routeTables: allTables, clusters: clusters,
            unsafeSettings: context.unsafeSettings.sorted { $0.mark < $1.mark },
            plugins: plugins, filters: filters, secretMarks: context.secretMarks)
    }

    private func warnAboutUnused(
        _ chains: [(entry: ConfigMapping.Entry, cursor: Cursor)],
        _ tables: [(entry: ConfigMapping.Entry, cursor: Cursor)],
        _ listeners: [ListenerConfiguration]
    ) {
        for (entry, cursor) in chains where !usedChains.contains(entry.key) {
            cursor.report("no listener uses this chain", at: entry.keyMark, .warning)
        }
        let used = Set(listeners.flatMap(\.allServed).map(\.routes.name))
        for (entry, cursor) in tables where !used.contains(entry.key) {
            cursor.report("no listener uses these routes", at: entry.keyMark, .warning)
        }
    }
}

/// What makes two uses of a filter the same filter: its name, and the places of its configuration.
struct FilterKey: Hashable {
    let name: String
    let chain: SourceMark?
    let route: SourceMark?
}
