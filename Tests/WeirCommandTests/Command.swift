import Foundation

/// The built command, run as an operator would.
enum Command {
    /// What came of a run.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The folder with this file.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let fixtures = folder.appending(path: "Fixtures")
    static let root = folder.deletingLastPathComponent().deletingLastPathComponent()

    /// `WEIR_BINARY`, else the one that was built beside these tests; nil when there is none.
    static let binary: String? = {
        if let given = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return given }
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let built = root.appending(path: ".build/debug")
        return [beside, built].map { $0.appending(path: "weir").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    static let isMissing = binary == nil
    static let howToBuild = "no binary: `swift build --product weir`, or set WEIR_BINARY"

    /// A process that has not been started; its working folder is that of the fixtures
    /// unless another is given.
    static func process(
        _ arguments: [String], environment: [String: String] = [:], in folder: URL = fixtures
    ) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: binary ?? "/nonexistent")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        // What the tester's shell happens to hold must not decide.
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        return process
    }

    /// Runs to the end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: URL = fixtures
    ) throws -> Outcome {
        let process = process(arguments, environment: environment, in: folder)
        // Files rather than pipes: no run can stall on a full one.
        let place = FileManager.default.temporaryDirectory
            .appending(path: "weir-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let output = place.appending(path: "output")
        let errors = place.appending(path: "errors")
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}
