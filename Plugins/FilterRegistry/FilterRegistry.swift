import PackagePlugin

/// Generates the list of shipped filters from the `…Filter` modules that a target depends on.
@main
struct FilterRegistry: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let modules = target.dependencies.compactMap { dependency -> String? in
            guard case .target(let module) = dependency, module.name.hasSuffix("Filter"),
                module.name != "WeirFilter"
            else { return nil }
            return module.name
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "ShippedFilters.swift")
        return [
            .buildCommand(
                displayName: "Listing \(modules.count) shipped filters",
                executable: try context.tool(named: "FilterRegistryTool").url,
                arguments: [output.path] + modules.sorted(),
                outputFiles: [output])
        ]
    }
}
