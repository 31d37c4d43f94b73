/// What becomes of spellings of a path that different servers read differently.
///
/// The defaults refuse what is ambiguous. Whatever is chosen, the result is one canonical path that
/// routes, filters and the upstream all see. Always refused: `%00`, broken escapes, `#`, dot
/// segments that climb above the root, and dot segments that carry parameters (`..;x`).
public struct PathPolicy: Sendable, Equatable {
    /// What becomes of `%2F`.
    public enum EscapedSlashes: UInt8, Sendable, CaseIterable {
        /// The request is refused.
        case reject
        /// It stays an escape within a segment; dot segments beside it are refused.
        case keep
        /// It becomes a slash before segments are looked at.
        case decode
    }

    /// What becomes of `//`.
    public enum DuplicateSlashes: UInt8, Sendable, CaseIterable {
        /// It becomes one slash before dot segments are resolved.
        case merge
        /// The request is refused.
        case reject
        /// It stays, and means an empty segment (RFC 3986, section 3.3).
        case keep
    }

    /// Whether something is refused or stays in the path.
    public enum Choice: UInt8, Sendable, CaseIterable {
        /// The request is refused.
        case reject
        /// It stays, in its canonical spelling.
        case keep
    }

    /// What becomes of `%2F`; refused by default.
    public var escapedSlashes = EscapedSlashes.reject

    /// What becomes of `//`; merged by default.
    public var duplicateSlashes = DuplicateSlashes.merge

    /// What becomes of `;` in ordinary segments; kept by default, because it is an ordinary
    /// character there (RFC 3986, section 3.3). In a dot segment it is always refused.
    public var parameters = Choice.keep

    /// What becomes of bytes that are no UTF-8, escaped or not; refused by default.
    public var invalidUTF8 = Choice.reject

    /// What becomes of `\` and `%5C`, which some servers take for a slash; refused by default,
    /// otherwise spelt `%5C`.
    public var backslashes = Choice.reject

    /// What becomes of escaped control bytes such as `%0A`; refused by default. `%00` always is.
    public var escapedControls = Choice.reject

    /// Creates the default policy.
    public init() {}
}

/// Why a path was refused.
public enum PathProblem: UInt8, Sendable, Equatable, CaseIterable {
    case notAbsolute, badCharacter, badEscape, escapedNUL, escapedControl, escapedSlash
    case backslash, duplicateSlash, parameter, dotSegmentWithParameter, ambiguousDotSegment
    case aboveRoot, invalidUTF8, fragment

    /// A machine-readable name.
    public var cause: StaticString {
        switch self {
        case .notAbsolute: "path_not_absolute"
        case .badCharacter: "path_bad_character"
        case .badEscape: "path_bad_escape"
        case .escapedNUL: "path_escaped_nul"
        case .escapedControl: "path_escaped_control"
        case .escapedSlash: "path_escaped_slash"
        case .backslash: "path_backslash"
        case .duplicateSlash: "path_duplicate_slash"
        case .parameter: "path_parameter"
        case .dotSegmentWithParameter: "path_dot_segment_with_parameter"
        case .ambiguousDotSegment: "path_ambiguous_dot_segment"
        case .aboveRoot: "path_above_root"
        case .invalidUTF8: "path_invalid_utf8"
        case .fragment: "path_fragment"
        }
    }
}
