/// `path` of a listener: what happens to paths that could be read in two ways.
///
/// The path is made canonical once; routes, filters and the upstream all see that form. What is
/// rejected gets 400. Dot segments are always resolved, and `..` above the root is rejected.
public struct PathConfiguration: Sendable, Hashable {
    /// What becomes of `%2F`.
    public enum EscapedSlashes: String, Sendable, CaseIterable {
        /// 400.
        case reject
        /// They stay escaped; an upstream that decodes them sees another path than the routes.
        case keep = "unsafe-keep"
        /// They become slashes before the path is made canonical.
        case decode = "unsafe-decode"
    }

    /// What becomes of `//`.
    public enum DuplicateSlashes: String, Sendable, CaseIterable {
        /// They become one.
        case merge
        /// 400.
        case reject
        /// They stay; an upstream that merges them sees another path than the routes.
        case keep = "unsafe-keep"
    }

    /// What becomes of parameters in segments: `/a;v=1/b`.
    public enum Parameters: String, Sendable, CaseIterable {
        /// 400, since some upstreams cut them off before they look at the path.
        case reject
        /// They stay, but never after a dot segment.
        case keep = "unsafe-keep"
    }

    /// What becomes of escapes that are no UTF-8 once decoded.
    public enum InvalidUTF8: String, Sendable, CaseIterable {
        /// 400.
        case reject
        /// They stay as they are.
        case keep = "unsafe-keep"
    }

    /// Escaped slashes. Default: reject.
    public var escapedSlashes = EscapedSlashes.reject
    /// Several slashes in a row. Default: merge.
    public var duplicateSlashes = DuplicateSlashes.merge
    /// Parameters of segments. Default: reject.
    public var parameters = Parameters.reject
    /// Escapes that are no UTF-8. Default: reject.
    public var invalidUTF8 = InvalidUTF8.reject

    /// All defaults.
    public init() {}
}

extension PathConfiguration: SettingsGroup {
    static let fields: [Field<PathConfiguration>] = [
        .choice("escaped-slashes", \.escapedSlashes, "What becomes of %2F."),
        .choice("duplicate-slashes", \.duplicateSlashes, "What becomes of `//`."),
        .choice("parameters", \.parameters, "What becomes of `;` parameters in segments."),
        .choice("invalid-utf8", \.invalidUTF8, "What becomes of escapes that are no UTF-8."),
    ]
}
