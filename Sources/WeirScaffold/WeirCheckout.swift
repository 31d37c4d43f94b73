internal import Foundation

/// A checkout of Weir, on which new packages build.
public struct WeirCheckout: Hashable, Sendable {
    /// The folder: absolute and without symbolic links.
    public let path: String

    /// The folder's name in lower case, by which SwiftPM knows the package.
    public var folderName: String { (path as NSString).lastPathComponent.lowercased() }

    /// Checks that there is one at `path`.
    public init(_ path: String) throws(ScaffoldError) {
        guard Self.isOne(path) else {
            throw .file(path: path, "is no checkout of Weir: it has no Package.swift of that name")
        }
        self.path = Self.resolved(path)
    }

    /// Finds the checkout that an executable was built in, else the one that the environment's
    /// WEIR_SOURCE names.
    public static func find(
        from executable: String, environment: [String: String]
    ) throws(ScaffoldError) -> WeirCheckout {
        var folder = (resolved(executable) as NSString).deletingLastPathComponent
        while folder.hasPrefix("/") && folder != "/" {
            if isOne(folder) { return try WeirCheckout(folder) }
            folder = (folder as NSString).deletingLastPathComponent
        }
        if let given = environment["WEIR_SOURCE"], !given.isEmpty {
            return try WeirCheckout(given)
        }
        throw .file(
            path: executable,
            "is in no checkout of Weir; say where one is with --weir PATH or in WEIR_SOURCE")
    }

    /// The path for a manifest in `folder`, which need not exist yet: relative when the two are
    /// near each other, so that they can be moved together, else absolute.
    public func path(from folder: String) -> String {
        let own = path.split(separator: "/")
        let other = Self.resolved(folder).split(separator: "/")
        let shared = zip(own, other).prefix { $0 == $1 }.count
        let up = other.count - shared
        guard up <= 2, shared > 0 else { return path }
        return (Array(repeating: "..", count: up) + own.dropFirst(shared)).joined(separator: "/")
    }

    private static func isOne(_ folder: String) -> Bool {
        let manifest = URL(fileURLWithPath: folder).appending(path: "Package.swift")
        guard let text = try? String(contentsOf: manifest, encoding: .utf8) else { return false }
        return text.contains("\n    name: \"weir\",\n") && text.contains("name: \"WeirFilter\"")
    }

    /// Without symbolic links in whatever part of it exists.
    private static func resolved(_ path: String) -> String {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let parent = url.deletingLastPathComponent().resolvingSymlinksInPath()
        let whole = parent.appending(path: url.lastPathComponent).resolvingSymlinksInPath().path
        return whole.count > 1 && whole.hasSuffix("/") ? String(whole.dropLast()) : whole
    }
}
