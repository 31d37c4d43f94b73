public import WeirFilter

extension GatewayLoader {
    /// Loads the plug-ins and adds their filters to those that the file may name. One that cannot
    /// be used is noted; the others count all the same.
    func readPlugins(_ cursor: Cursor?) -> [PluginConfiguration] {
        guard let elements = cursor?.elements() else { return [] }
        var plugins: [PluginConfiguration] = []
        // Who has a name already.
        var owners: [String: String] = [:]
        for element in elements {
            guard let place = pluginPlace(element), let text = place.string(),
                !context.unresolvedMarks.contains(place.node.mark)
            else { continue }
            guard !text.isEmpty else {
                place.report("the path is empty")
                continue
            }
            let path = text.hasPrefix("/") ? text : "\(context.folder)/\(text)"
            if plugins.contains(where: { $0.path == path }) {
                place.report("this plug-in is listed already")
                continue
            }
            guard let types = load(path, place) else {
                hasLostPlugin = true
                continue
            }
            for type in types {
                if registry[type.name] == nil {
                    registry[type.name] = type
                    owners[type.name] = path
                } else {
                    let owner = owners[type.name].map { "the plug-in \($0)" } ?? "this gateway"
                    place.report(
                        "\(path): \(owner) has a filter `\(type.name)` already",
                        expected: "another name in the plug-in's source")
                }
            }
            plugins.append(PluginConfiguration(path: path, filters: types.map(\.name)))
        }
        return plugins
    }

    /// The path of an entry: the entry itself, or the field of a mapping.
    private func pluginPlace(_ element: Cursor) -> Cursor? {
        if element.node.text != nil { return element }
        return ObjectReader(element, ConfigurationReference.plugin)?.required("path")
    }

    private func load(_ path: String, _ place: Cursor) -> [FilterType]? {
        guard let loadPlugin else {
            place.report("this gateway loads no plug-ins")
            return nil
        }
        do throws(ConfigurationError) {
            return try loadPlugin(path)
        } catch {
            place.report(error.message)
            return nil
        }
    }
}

/// The filters that a file may name.
public struct LoadedFilters: Sendable {
    /// Those of the registry, and those of the file's plug-ins that could be loaded.
    public let filters: [FilterType]
    /// What is wrong with the file's syntax or with its plug-ins; nothing else was looked at.
    public let diagnostics: Diagnostics
}

extension GatewayConfiguration {
    /// The filters that a configuration file may name: those of `registry` and those of the file's
    /// plug-ins. The rest of the file is not looked at, so that it may have errors.
    public static func filters(
        file: String, registry: [FilterType], plugins: @escaping PluginLoader,
        environment: [String: String]
    ) -> LoadedFilters {
        do {
            let source = try ConfigSource(contentsOf: file)
            let context = LoadContext(source)
            let loader = GatewayLoader(
                context, registry: registry, loadPlugin: plugins, checkRegex: { _ in nil })
            if let root = source.parse(context, environment: environment) {
                let known = ConfigurationReference.root.keys
                let cursor = Cursor(node: root, path: .root, context: context)
                // Problems of the rest of the file are those of a load.
                let count = context.problems.count
                let reader = ObjectReader(cursor, known)
                _ = context.takeProblems(from: count)
                _ = loader.readPlugins(reader?.field("plugins"))
            }
            return LoadedFilters(
                filters: loader.registry.values.sorted { $0.name < $1.name },
                diagnostics: context.diagnostics(source))
        } catch {
            return LoadedFilters(
                filters: registry, diagnostics: Diagnostics([problem(with: file, error)]))
        }
    }
}
