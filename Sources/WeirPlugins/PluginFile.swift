internal import WeirBase
package import WeirFilter

/// A plug-in as it lies in a file: what it says of itself, read without running it.
package struct PluginFile: Sendable {
    /// The largest file that is read, in bytes: 256 MiB.
    package static let sizeLimit = 256 << 20

    /// Where it was read.
    package let path: String
    /// The whole file.
    package let bytes: [UInt8]
    /// Its symbols and libraries.
    package let library: SharedLibrary
    /// What it was built from, and its filters.
    package let manifest: PluginManifest

    /// Reads a file. The error says what the file is instead, and what to do.
    package init(path: String) throws(ConfigurationError) {
        let bytes = try ConfigFile(path).read(at: [], limit: Self.sizeLimit)
        try self.init(path: path, bytes: bytes.storage)
    }

    init(path: String, bytes: [UInt8]) throws(ConfigurationError) {
        self.path = path
        self.bytes = bytes
        do throws(SharedLibraryError) {
            library = try SharedLibrary(bytes)
        } catch {
            throw Self.refusal(path, error.meaning)
        }
        let ownsContract = ContractSymbols.roots.contains(where: library.defined.contains)
        if ownsContract { throw Self.refusal(path, Self.copy) }
        guard let section = library.section(PluginManifest.section) else {
            throw Self.refusal(path, "a shared library, but no plug-in of Weir: \(Advice.build)")
        }
        guard let manifest = PluginManifest(section) else {
            throw Self.refusal(path, "its stamp cannot be read: \(Advice.build)")
        }
        self.manifest = manifest
    }

    /// What it needs of the contract, by mangled name.
    package var contractSymbols: [String] {
        library.undefined.filter(ContractSymbols.isAbout).sorted()
    }

    /// Why a gateway of this stamp, which has the symbols that `has` says, cannot use it; nil when
    /// nothing speaks against it.
    package func problem(
        _ own: PluginStamp = .own, has: (String) -> Bool = DynamicLibrary.hostHas
    ) -> String? {
        if let (theirs, ours) = manifest.stamp.differences(from: own) {
            return "built for \(theirs); this gateway has \(ours): \(Advice.rebuild)"
        }
        let needs = contractSymbols
        // Nobody can be a filter without it, so a copy is hidden somewhere.
        if needs.isEmpty { return Self.copy }
        guard ContractSymbols.roots.allSatisfy(has) else {
            return "this gateway offers no symbols to plug-ins: link it with "
                + "`-Xlinker --export-dynamic`"
        }
        guard let missing = needs.first(where: { !has($0) }) else { return nil }
        return "it needs `\(DynamicLibrary.demangled(missing))`, which this gateway does not have: "
            + Advice.rebuild
    }

    private static let copy =
        "it brings a copy of the filter contract along, so that its filters are none to this "
        + "gateway: \(Advice.build), which links none"

    static func refusal(_ path: String, _ reason: String) -> ConfigurationError {
        ConfigurationError("\(path): \(reason)")
    }
}

/// What to do about a file that is refused.
enum Advice {
    static let build = "make one with `weir plugin build`"
    static let rebuild = "build it again with this gateway's `weir plugin build`"
}

extension SharedLibraryError {
    /// For operators.
    fileprivate var meaning: String {
        switch self {
        case .isNoLibrary: "no shared library: \(Advice.build)"
        case .isForeign: "a shared library for another kind of machine: \(Advice.rebuild)"
        case .isDamaged(let how): "a damaged shared library, \(how): \(Advice.rebuild)"
        }
    }
}
