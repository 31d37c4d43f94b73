import Foundation
import PackagePlugin

/// Generates the stamp of the filter contract: a digest of all that filters are compiled against,
/// with the compiler and the platform.
@main
struct ContractStamp: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let below = target.dependencies.compactMap { dependency -> (any Target)? in
            if case .target(let module) = dependency { module } else { nil }
        }
        // Sorted, so that neither the file system's nor the manifest's order shows.
        let sources = ([target] + below)
            .compactMap { $0 as? SwiftSourceModuleTarget }
            .flatMap { $0.sourceFiles(withSuffix: ".swift").map(\.url) }
            .sorted { $0.path < $1.path }
        let output = context.pluginWorkDirectoryURL.appending(path: "ContractStamp.swift")
        let compiler = try context.tool(named: "swiftc").url
        return [
            .buildCommand(
                displayName: "Stamping the contract of \(sources.count) files",
                executable: try context.tool(named: "ContractStampTool").url,
                arguments: [output.path, compiler.path, context.package.directoryURL.path]
                    + sources.map(\.path),
                inputFiles: sources + [compiler],
                outputFiles: [output])
        ]
    }
}
