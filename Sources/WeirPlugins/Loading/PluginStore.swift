internal import Synchronization
package import WeirFilter

/// The plug-ins of this process, each loaded once however often configurations name it.
package final class PluginStore: Sendable {
    /// The one of this process, as what is loaded belongs to a process.
    package static let process = PluginStore()

    /// By the digest of their files and their length.
    private let loaded = Mutex<[Contents: [FilterType]]>([:])

    private struct Contents: Hashable {
        let digest: UInt64
        let count: Int
    }

    private init() {}

    /// How many plug-ins have been loaded, those included that nothing uses any more.
    package var count: Int { loaded.withLock { $0.count } }

    /// The kinds of filters in the plug-in at a path. A file that was loaded before, here or
    /// elsewhere, is not loaded again. Runs the plug-in's code, once all has been checked that can
    /// be. The error says what is wrong with the file, and what to do.
    package func filters(of path: String) throws(ConfigurationError) -> [FilterType] {
        let file = try PluginFile(path: path)
        if let problem = file.problem() { throw PluginFile.refusal(path, problem) }
        var digest = ContentDigest()
        digest.add(file.bytes)
        let contents = Contents(digest: digest.value, count: file.bytes.count)
        return try loaded.withLock { (loaded) throws(ConfigurationError) in
            if let known = loaded[contents] { return known }
            let filters = try Self.load(file)
            loaded[contents] = filters
            return filters
        }
    }

    private static func load(_ file: PluginFile) throws(ConfigurationError) -> [FilterType] {
        do throws(DynamicLibrary.Failure) {
            return try DynamicLibrary(file.bytes, name: file.manifest.module).filters()
        } catch {
            throw PluginFile.refusal(file.path, "it cannot be loaded: \(error.reason)")
        }
    }
}
