/// The name of a filter that is to be made, as it stands in configurations: `hello-world`.
public struct FilterName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let text: String

    /// Checks a name: words of lower-case letters and digits with hyphens between them, the first
    /// with a letter in front, and none of `taken`.
    public init(_ text: String, besides taken: some Sequence<String> = []) throws(ScaffoldError) {
        guard PackageName.isWellFormed(text) else {
            throw .name(
                "a filter is named with lower-case letters, digits and single hyphens, such as "
                    + "hello-world, not `\(text)`")
        }
        guard !taken.contains(text) else {
            throw .name("there is a filter `\(text)` already; choose another name")
        }
        guard !Self.reserved.contains(text) else {
            throw .name("`\(text)` means something else in Swift or in YAML; choose another name")
        }
        self.text = text
    }

    /// The Swift type of the factory: `HelloWorld`.
    public var factory: String {
        text.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The Swift module: `HelloWorldFilter`.
    public var module: String { factory + "Filter" }

    /// As in configurations.
    public var description: String { text }

    /// Names that would hide a type of the contract, of the tests or of Swift, would be read as a
    /// YAML constant, or are the contract's own module.
    private static let reserved: Set = [
        "any", "array", "async", "bool", "call-request", "call-response", "character",
        "configuration", "configuration-error", "data", "dictionary", "double", "duration", "false",
        "filter", "filter-stream", "float", "greeter", "header-map", "header-name", "http", "int",
        "interval", "local-response", "method", "next", "no", "null", "off", "on", "optional",
        "phases", "protocol", "request", "request-head", "response", "response-head", "result",
        "scheme", "self", "set", "string", "suite", "task", "test", "true", "type", "verdict",
        "void", "weir", "yes",
    ]
}

/// The name of a package that is to be made, which is its folder's and its executable's too.
public struct PackageName: Hashable, Sendable, CustomStringConvertible {
    /// The name itself.
    public let text: String

    /// Checks a name, by the same rules as a filter's.
    public init(_ text: String) throws(ScaffoldError) {
        guard Self.isWellFormed(text) else {
            throw .name(
                "a gateway is named with lower-case letters, digits and single hyphens, such as "
                    + "edge, not `\(text)`")
        }
        guard !Self.reserved.contains(text) else {
            throw .name("a package cannot be named `\(text)`; choose another name")
        }
        self.text = text
    }

    /// As on the command line.
    public var description: String { text }

    /// Names of modules that the compiler or Weir has.
    private static let reserved: Set = ["main", "swift", "weir"]

    /// Whether it is `[a-z][a-z0-9]*(-[a-z0-9]+)*`.
    static func isWellFormed(_ text: String) -> Bool {
        let words = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first) else { return false }
        return words.allSatisfy { word in
            !word.isEmpty && word.allSatisfy { letters.contains($0) || digits.contains($0) }
        }
    }
}
