import Foundation

/// Runs scripts of `Tests/IntegrationTests/Scripts` with the system's Python and its packages.
enum Python {
    /// Runs a script to its end.
    static func run(
        _ script: String, _ arguments: [String], within limit: Duration = .seconds(60)
    ) throws -> CommandResult {
        let path = "\(Repository.root)/Tests/IntegrationTests/Scripts/\(script)"
        return try CommandResult.of(["/usr/bin/python3", path] + arguments, within: limit)
    }
}
