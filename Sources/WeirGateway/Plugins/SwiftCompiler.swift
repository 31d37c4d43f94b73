internal import Foundation
internal import WeirPlugins

/// The `swiftc` of the PATH.
struct SwiftCompiler {
    /// How it ended, and what it had to say.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    let path: String

    /// Finds it, and makes sure that it is of the version that this gateway was built with.
    init() throws {
        let folders = (Configurations.environment["PATH"] ?? "").split(separator: ":")
        guard
            let path = folders.map({ "\($0)/swiftc" })
                .first(where: FileManager.default.isExecutableFile)
        else {
            throw PluginBuildFailure(
                "there is no swiftc on the PATH: install Swift \(PluginStamp.own.swift) from "
                    + "https://swift.org/install")
        }
        self.path = path
        let described = try run(["-print-target-info"])
        struct Info: Decodable { let compilerVersion: String }
        let info = try? JSONDecoder().decode(Info.self, from: Data(described.output.utf8))
        let words = info?.compilerVersion.split(separator: " ") ?? []
        let place = words.firstIndex(of: "version").map { $0 + 1 } ?? words.count
        let version = words.indices.contains(place) ? String(words[place]) : "of unknown version"
        guard version == PluginStamp.own.swift else {
            throw PluginBuildFailure(
                "\(path) is Swift \(version), but this gateway was built with Swift "
                    + "\(PluginStamp.own.swift), and code of the two does not mix: put that one "
                    + "first on the PATH")
        }
    }

    /// Runs it to its end.
    func run(_ arguments: [String]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // Files instead of pipes: neither can fill up while the other one is read.
        let folder = try WorkFolder()
        let files = ["output", "errors"].map { "\(folder.path)/\($0)" }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: files[0])
        process.standardError = FileHandle(forWritingAtPath: files[1])
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch {
            throw PluginBuildFailure("\(path) cannot be run: \(error)")
        }
        process.waitUntilExit()
        let texts = files.map { file in
            String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        }
        return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}

/// A folder for files on their way, gone with its owner.
final class WorkFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/weir-plugin-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
