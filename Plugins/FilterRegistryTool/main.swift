import Foundation

// Usage: FilterRegistryTool OUTPUT [MODULE …]
//
// The module `FaultFilter` exports the factory `Fault`; the name carries the rest.
let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first else {
    FileHandle.standardError.write(Data("FilterRegistryTool: no output file given\n".utf8))
    exit(2)
}
let modules = arguments.dropFirst()
let imports = modules.map { "internal import \($0)\n" }.joined()
let entries = modules.map { module in
    "    FilterType(\(module).\(module.dropLast("Filter".count)).self),\n"
}.joined()
let source = """
    // Generated from the filter modules that Package.swift lists.
    \(imports)public import WeirFilter

    /// Every filter that comes with Weir.
    public let standardFilters: [FilterType] = [
    \(entries)]

    """
try Data(source.utf8).write(to: URL(fileURLWithPath: output))
