import Foundation

/// Runs scripts of `Tests/IntegrationTests/Scripts` with the system's Python, its packages and
/// those that `make test-deps` installs beside them.
enum Python {
    /// Runs a script to its end.
    static func run(
        _ script: String, _ arguments: [String], within limit: Duration = .seconds(60)
    ) throws -> CommandResult {
        let path = "\(Repository.root)/Tests/IntegrationTests/Scripts/\(script)"
        return try CommandResult.of(command(path) + arguments, within: limit)
    }

    /// What starts the system's Python with a script; `packages` is the folder of those beside the
    /// system's.
    static func command(_ path: String, packages: String = "python") -> [String] {
        let folder = "\(Repository.root)/.build/\(packages)"
        return ["/usr/bin/env", "PYTHONPATH=\(folder)", "/usr/bin/python3", path]
    }
}
