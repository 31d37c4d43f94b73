internal import Foundation
internal import WeirFilter
internal import WeirPlugins

/// Makes a plug-in: sources, an entry beside them, one call of the compiler, a trial.
struct PluginBuilder {
    /// The modules of the gateway that a plug-in sees.
    private static let visible = ["WeirBase", "WeirFilter"]

    private let sources: PluginSources
    private let manifest: PluginManifest
    private let modules: String
    private let options: [String]
    /// Whether the plug-in is for this very gateway.
    private let isForThis: Bool

    init(
        sources: PluginSources, filters: [String], modules: String?, options: [String]
    ) throws {
        self.sources = sources
        self.options = options
        let stamp = PluginStamp.own
        let found = try sources.filters(filters)
        let digest = sources.digest(with: [stamp.contract] + found.map(\.type) + options)
        manifest = PluginManifest(
            stamp: stamp, module: "\(sources.module)_\(digest)", filters: found)
        isForThis = modules == nil
        self.modules = try Self.findModules(modules)
    }

    /// Makes the file, and says where it is and what the filters in it are called.
    func build(to output: String?) throws -> (output: String, filters: [String]) {
        let output = output ?? PluginSources.join(sources.folder, "\(sources.name).so")
        let work = try WorkFolder()
        let library = "\(work.path)/\(manifest.module).so"
        try compile(to: library, in: work)
        let names = try tryOut(library)
        do {
            // Beside the result and then in its place, so that nobody reads half of it.
            try Data(contentsOf: URL(fileURLWithPath: library))
                .write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw PluginBuildFailure("\(output) cannot be written: \(error.localizedDescription)")
        }
        return (output, names)
    }

    private func compile(to library: String, in work: WorkFolder) throws {
        let compiler = try SwiftCompiler()
        let entry = "\(work.path)/WeirPluginEntry.swift"
        try PluginEntry(manifest).source.write(toFile: entry, atomically: true, encoding: .utf8)
        let outcome = try compiler.run(
            [
                "-emit-library", "-O", "-wmo", "-parse-as-library", "-swift-version", "6",
                // As the shipped gateway is built: docs/decisions/0002-exclusivity.md.
                "-enforce-exclusivity=unchecked", "-module-name", manifest.module, "-I",
                try linkedModules(in: work),
                // Without a name of its own it would be given the path of the work folder.
                "-o", library, "-Xlinker", "-soname=\(manifest.module).so",
            ] + options + sources.files + [entry])
        Terminal.write(outcome.errors)
        guard outcome.status == 0 else { throw PluginBuildFailure(reason(for: outcome.errors)) }
    }

    /// A folder that has no modules but those that a plug-in may see.
    private func linkedModules(in work: WorkFolder) throws -> String {
        let folder = "\(work.path)/Modules"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in Self.visible {
            let target = URL(fileURLWithPath: "\(modules)/\(name).swiftmodule").path
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/\(name).swiftmodule", withDestinationPath: target)
        }
        return folder
    }

    /// What the compiler's complaints come to, when there is more to say than they do.
    private func reason(for errors: String) -> String {
        if errors.contains(PluginEntry.mark(manifest.stamp)) {
            return "the modules in \(modules) are those of another build of Weir than this gateway"
        }
        if let start = errors.range(of: "no such module '") {
            let module = errors[start.upperBound...].prefix { $0 != "'" }
            return "there is no module \(module) here: a plug-in is one module that sees WeirBase, "
                + "WeirFilter and what comes with the toolchain; filters that need packages go "
                + "into a gateway of their own, see `weir new gateway`"
        }
        return "the plug-in does not compile"
    }

    /// Loads the result as a gateway would, into this process.
    private func tryOut(_ library: String) throws -> [String] {
        do {
            let file = try PluginFile(path: library)
            if let problem = file.problem() {
                // Another build of the same sources may have what this one lacks.
                if !isForThis { return manifest.filters.map { $0.name ?? $0.type } }
                throw PluginBuildFailure("the plug-in would not load: \(problem)")
            }
            let names = try PluginStore.process.filters(of: library).map(\.name)
            var taken = Set(GatewayCommand.filters.map(\.name))
            for name in names where !taken.insert(name).inserted {
                throw PluginBuildFailure(
                    "the name `\(name)` is taken by another filter: give the plug-in's another one")
            }
            return names
        } catch let error as ConfigurationError {
            throw PluginBuildFailure("the plug-in would not load: \(error.message)")
        }
    }

    private static func findModules(_ given: String?) throws -> String {
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let folder = executable.deletingLastPathComponent().path
        let candidates =
            given.map { [$0] } ?? ["\(folder)/Modules", "\(folder)/../lib/weir/Modules"]
        for candidate in candidates {
            let isThere = visible.allSatisfy {
                FileManager.default.fileExists(atPath: "\(candidate)/\($0).swiftmodule")
            }
            if isThere { return candidate }
        }
        throw PluginBuildFailure(
            "there is no WeirFilter.swiftmodule in \(candidates.joined(separator: " or ")): "
                + "--modules names the folder Modules of the build that this gateway is from")
    }
}
