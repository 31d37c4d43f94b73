internal import WeirBase
internal import WeirFilter

/// What a plug-in, or a gateway, was built from: only equals fit together.
package struct PluginStamp: Sendable, Equatable {
    /// Weir's version.
    package var weir: String
    /// A digest of the contract's sources.
    package var contract: String
    /// The compiler's version.
    package var swift: String
    /// The target triple.
    package var platform: String

    /// Describes a build.
    package init(weir: String, contract: String, swift: String, platform: String) {
        self.weir = weir
        self.contract = contract
        self.swift = swift
        self.platform = platform
    }

    /// This gateway's.
    package static let own = PluginStamp(
        weir: ContractStamp.weir, contract: ContractStamp.contract, swift: ContractStamp.swift,
        platform: ContractStamp.platform)

    /// Each part with its name.
    package var parts: [(name: String, value: String)] {
        [("Weir", weir), ("contract", contract), ("Swift", swift), ("platform", platform)]
    }

    /// The names and values in which `other` differs, as text: `contract 1f…, Swift 6.3`; and
    /// `other`'s values of the same. Nil when both are equal.
    package func differences(from other: PluginStamp) -> (own: String, others: String)? {
        let different = zip(parts, other.parts).filter { $0.value != $1.value }
        guard !different.isEmpty else { return nil }
        return (
            different.map { "\($0.0.name) \($0.0.value)" }.joined(separator: ", "),
            different.map { "\($0.1.name) \($0.1.value)" }.joined(separator: ", ")
        )
    }
}

/// What stands in the section `.weir` of a plug-in, as JSON.
package struct PluginManifest: Sendable, Equatable {
    /// The section's name.
    package static let section = ".weir"
    /// The most bytes that it may have.
    package static let sizeLimit = 64 << 10

    /// A kind of filter in the plug-in.
    package struct Filter: Sendable, Equatable {
        /// The type's name in the plug-in's source.
        package var type: String
        /// The name in configuration files; nil when the source gives it by other means than as a
        /// plain text.
        package var name: String?

        /// Names a kind.
        package init(type: String, name: String?) {
            self.type = type
            self.name = name
        }
    }

    /// What it was built from.
    package var stamp: PluginStamp
    /// The name that its module has in the process.
    package var module: String
    /// Its kinds of filters.
    package var filters: [Filter]

    /// Describes a plug-in.
    package init(stamp: PluginStamp, module: String, filters: [Filter]) {
        self.stamp = stamp
        self.module = module
        self.filters = filters
    }

    /// Reads a section's bytes; nil when they are something else.
    package init?(_ bytes: [UInt8]) {
        // The linker may fill the section up.
        let text = Array(bytes.prefix { $0 != 0 })
        let reader = JSONReader(sizeLimit: Self.sizeLimit)
        guard let value = try? reader.read(text.span),
            let weir = value["weir"]?.string, let contract = value["contract"]?.string,
            let swift = value["swift"]?.string, let platform = value["platform"]?.string,
            let module = value["module"]?.string, let listed = value["filters"]?.array
        else { return nil }
        var filters: [Filter] = []
        for item in listed {
            guard let type = item["type"]?.string else { return nil }
            filters.append(Filter(type: type, name: item["name"]?.string))
        }
        self.init(
            stamp: PluginStamp(weir: weir, contract: contract, swift: swift, platform: platform),
            module: module, filters: filters)
    }
}
