import Foundation
import PackagePlugin

/// `swift package --allow-writing-to-package-directory new-filter NAME [--async]`
@main
struct NewFilter: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) throws {
        let tool = Process()
        tool.executableURL = try context.tool(named: "NewFilterTool").url
        tool.arguments = [context.package.directoryURL.path] + arguments
        try tool.run()
        tool.waitUntilExit()
        guard tool.terminationStatus == 0 else { throw Failure() }
    }

    /// The tool has said what went wrong.
    struct Failure: Error, CustomStringConvertible {
        let description = "No filter was made."
    }
}
