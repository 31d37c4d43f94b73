/// The contract in tables of symbols. The names are Swift's mangled ones.
enum ContractSymbols {
    /// What only the contract's own code defines: descriptors of a protocol of `WeirFilter` and of
    /// a type of `WeirBase`. Who defines them has a copy of the contract, whose types are others
    /// than the gateway's.
    static let roots = ["$s10WeirFilter7FactoryMp", "$s8WeirBase10ByteStringVMn"]

    /// Whether a symbol is about the contract: a part of it, or something made of it.
    static func isAbout(_ name: String) -> Bool {
        name.hasPrefix("$s") && (name.contains("10WeirFilter") || name.contains("8WeirBase"))
    }
}
