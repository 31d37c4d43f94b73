internal import Foundation
internal import WeirPlugins

/// The Swift files of a plug-in.
struct PluginSources {
    /// The folder as it was named.
    let folder: String
    /// The folder's own name.
    let name: String
    /// The module's name without what tells versions apart.
    let module: String
    /// The files' paths, sorted.
    let files: [String]
    /// What the files say.
    let texts: [String]

    init(_ folder: String) throws {
        self.folder = folder
        name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
        guard (try? FileManager.default.contentsOfDirectory(atPath: folder)) != nil else {
            throw PluginBuildFailure("there is no folder \(folder) that can be read")
        }
        let root = Self.join(folder, "Sources")
        if FileManager.default.fileExists(atPath: root) {
            files = Self.swiftFiles(below: root)
            let folders = Self.entries(root).filter { !Self.swiftFiles(below: $0).isEmpty }
            let isOnly = folders.count == 1 && !folders[0].hasSuffix(".swift")
            module = Self.identifier(isOnly ? Self.lastPart(folders[0]) : name)
        } else {
            files = Self.entries(folder).filter {
                $0.hasSuffix(".swift") && Self.lastPart($0) != "Package.swift"
            }
            module = Self.identifier(name)
        }
        guard !files.isEmpty else {
            throw PluginBuildFailure(
                "there are no Swift files in \(folder): they belong into \(folder)/Sources, or "
                    + "into the folder itself when there is no Sources")
        }
        texts = try files.map { path in
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw PluginBuildFailure("\(path) cannot be read as text")
            }
            return text
        }
    }

    /// The kinds of filters: those that were asked for, or those that the sources declare.
    func filters(_ wanted: [String]) throws -> [PluginManifest.Filter] {
        var scanner = FilterScanner()
        for text in texts { scanner.scan(text) }
        if !wanted.isEmpty {
            return wanted.map { PluginManifest.Filter(type: $0, name: scanner.name(of: $0)) }
        }
        guard !scanner.filters.isEmpty else {
            throw PluginBuildFailure(
                "no filter found in \(Layout.count(files.count, "file")) of \(folder): a filter is "
                    + "a type that says it is a FilterFactory, AsyncFilter, "
                    + "ConnectionFilterFactory or CodecFactory, and is not private; --filter NAME "
                    + "names one that says so in other words")
        }
        return scanner.filters
    }

    /// A digest of the sources and of whatever else the result depends on.
    func digest(with others: [String]) -> String {
        var digest = ContentDigest()
        let names = files.map { String($0.dropFirst(folder.count)) }
        for text in others + names + texts {
            digest.add("\(text.utf8.count)\n".utf8)
            digest.add(text.utf8)
        }
        return digest.text
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    private static func lastPart(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    private static func entries(_ folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { join(folder, $0) }
    }

    private static func swiftFiles(below path: String) -> [String] {
        if path.hasSuffix(".swift") { return [path] }
        return entries(path).flatMap(swiftFiles)
    }

    /// A name as Swift takes it for a module.
    private static func identifier(_ name: String) -> String {
        let text = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return text.first?.isLetter == true ? text : "_" + text
    }
}
