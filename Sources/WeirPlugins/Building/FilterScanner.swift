/// Finds the kinds of filters that a module's sources declare: types that say that they are
/// factories, in their declaration or in an extension.
package struct FilterScanner {
    /// The protocols by which a type says so.
    private static let factories: Set = [
        "AsyncFilter", "CodecFactory", "ConnectionFilterFactory", "FilterFactory",
    ]
    private static let kinds: Set = ["actor", "class", "enum", "extension", "struct"]

    /// What an open brace belongs to: a type's full name, or something else.
    private struct Scope {
        var type: String?
        var isHidden: Bool
    }

    private var found: [String] = []
    private var names: [String: String] = [:]
    private var tokens: ArraySlice<SwiftLexer.Token> = []
    private var scopes: [Scope] = []
    /// What the next brace opens, when a type's declaration has just been read.
    private var next: Scope?
    private var isHidden = false

    /// Begins without sources.
    package init() {}

    /// The kinds in the order in which they were found.
    package var filters: [PluginManifest.Filter] {
        found.map { PluginManifest.Filter(type: $0, name: names[$0]) }
    }

    /// The name in configuration files of a type, when its source gives it as a plain text.
    package func name(of type: String) -> String? { names[type] }

    /// Looks through a file's text.
    package mutating func scan(_ source: String) {
        tokens = SwiftLexer.tokens(source)[...]
        scopes = []
        next = nil
        isHidden = false
        while let token = tokens.popFirst() {
            switch token {
            case .word("private"), .word("fileprivate"): isHidden = true
            case .word("static"): readName()
            case .word(let word) where Self.kinds.contains(word): readType()
            case .word("func"), .word("var"), .word("let"), .word("init"), .word("typealias"):
                isHidden = false
            case .mark("{"):
                scopes.append(next ?? Scope(type: nil, isHidden: scopes.last?.isHidden == true))
                next = nil
                isHidden = false
            case .mark("}"):
                _ = scopes.popLast()
                isHidden = false
            default: break
            }
        }
    }

    /// A type's declaration behind its first word, up to the brace.
    private mutating func readType() {
        guard case .word(let first)? = tokens.first,
            !["func", "let", "subscript", "var"].contains(first)
        else { return }
        tokens.removeFirst()
        var name = first
        while tokens.first == .mark("."), case .word(let part)? = tokens.dropFirst().first {
            name += "." + part
            tokens.removeFirst(2)
        }
        let outer = scopes.last
        // A type inside of a function cannot be named from elsewhere.
        let isLocal = outer != nil && outer?.type == nil
        let type = (outer?.type).map { "\($0).\(name)" } ?? name
        let scope = Scope(type: type, isHidden: isHidden || isLocal || outer?.isHidden == true)
        isHidden = false
        next = scope
        // Of a generic type nobody knows which one is meant.
        let isGeneric = tokens.first == .mark("<")
        let head = tokens.prefix { $0 != .mark("{") && $0 != .word("where") }
        guard !scope.isHidden, !isGeneric, head.first == .mark(":") else { return }
        let isFactory = head.contains { token in
            if case .word(let word) = token { Self.factories.contains(word) } else { false }
        }
        if isFactory, !found.contains(type) { found.append(type) }
    }

    /// `static let name = "…"` and `static var name: String { "…" }`.
    private mutating func readName() {
        guard let type = scopes.last?.type,
            tokens.first == .word("let") || tokens.first == .word("var"),
            tokens.dropFirst().first == .word("name")
        else { return }
        let value = tokens.dropFirst(2).prefix(6).drop {
            [.mark(":"), .mark("="), .mark("{"), .word("String"), .word("return")].contains($0)
        }.first
        if case .text(let name?)? = value { names[type] = name }
    }
}
