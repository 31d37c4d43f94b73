import Testing
import WeirConfig
import WeirFilter

/// `plugins`: files with further filters. Here a closure stands for loading them.
@Suite struct PluginTests {
    private static let rest = """
        listeners:
          - address: 127.0.0.1:80
            filters: [tag: {name: x}]
            routes: [{respond: {status: 204}}]
        """

    /// A gateway without filters of its own; the files have those of the tests.
    private func load(
        _ plugins: String, registry: [FilterType] = [], environment: [String: String] = [:],
        rest: String = rest
    ) -> LoadedConfiguration {
        GatewayConfiguration.load(
            ConfigSource(file: "conf/weir.yaml", text: "plugins: \(plugins)\n\(rest)"),
            registry: registry, plugins: Self.loader, environment: environment)
    }

    private static let loader: PluginLoader = { (path) throws(ConfigurationError) in
        switch path.split(separator: "/").last {
        case "tag.so": [FilterType(TagFactory.self)]
        case "others.so": [FilterType(LimitFactory.self), FilterType(GateFactory.self)]
        case "empty.so": []
        default: throw ConfigurationError("\(path): no such file")
        }
    }

    @Test(arguments: ["[tag.so]", "[{path: tag.so}]", "[others.so, {path: tag.so}]", "[\"${SO}\"]"])
    func theirFiltersCanBeNamed(_ plugins: String) throws {
        let loaded = load(plugins, environment: ["SO": "tag.so"])
        let configuration = try #require(loaded.configuration, "\(loaded.diagnostics)")
        #expect(configuration.filters.map(\.name) == ["tag"])
        let plugin = try #require(configuration.plugins.last)
        #expect(plugin.path == "conf/tag.so" && plugin.filters == ["tag"])
        #expect(configuration.redactedDescription.contains("\"conf/tag.so\""))
    }

    @Test func anAbsolutePathStays() throws {
        #expect(load("[/usr/tag.so]").configuration?.plugins.first?.path == "/usr/tag.so")
    }

    @Test(arguments: ["[]", "", "[empty.so]"]) func noneIsFine(_ plugins: String) {
        let loaded = load(plugins, registry: TestFilters.registry)
        #expect(loaded.configuration != nil, "\(loaded.diagnostics)")
    }

    @Test(arguments: [
        ("[nowhere.so]", "1:11: error: plugins[0]: conf/nowhere.so: no such file"),
        (
            "[tag.so, {path: nowhere.so}]",
            "1:26: error: plugins[1].path: conf/nowhere.so: no such file"
        ),
        ("[tag.so, tag.so]", "1:19: error: plugins[1]: this plug-in is listed already"),
        ("[\"\"]", "1:11: error: plugins[0]: the path is empty"),
        ("[[tag.so]]", "1:11: error: plugins[0]: found a list; expected a mapping"),
        ("[{}]", "1:11: error: plugins[0]: the key `path` is missing"),
        ("tag.so", "1:10: error: plugins: found `tag.so`; expected a list"),
        (
            "[tag.so, copy/tag.so]",
            "1:19: error: plugins[1]: conf/copy/tag.so: the plug-in conf/tag.so has a filter `tag` "
                + "already; expected another name in the plug-in's source"
        ),
    ])
    func problemsHaveTheirPlace(_ plugins: String, _ problem: String) {
        let found = load(plugins).diagnostics.items.map(\.headline)
        #expect(found.contains("conf/weir.yaml:\(problem)"), "\(found)")
    }

    @Test func aNameOfTheGatewayIsTaken() {
        let found = load("[tag.so]", registry: TestFilters.registry).diagnostics.items
        #expect(
            found.map(\.sentence) == [
                "conf/tag.so: this gateway has a filter `tag` already; expected another name in "
                    + "the plug-in's source"
            ])
    }

    @Test func filtersOfALostPluginAreNoFurtherProblem() {
        #expect(load("[lost.so]").diagnostics.items.map(\.path) == ["plugins[0]"])
    }

    @Test func anUnsetVariableIsNotLoaded() {
        let items = load("[\"${NONE}\"]", registry: TestFilters.registry).diagnostics.items
        #expect(items.count == 1 && items.first?.message.contains("`NONE`") == true, "\(items)")
    }

    @Test func withoutALoaderNoneCanBeNamed() {
        let loaded = WeirConfigTests.load("plugins: [tag.so]\n\(Self.rest)")
        #expect(loaded.diagnostics.items.map(\.message) == ["this gateway loads no plug-ins"])
    }
}
