/// Why a decode stopped. Never seen outside: what it tells ends up as a diagnostic.
enum DecodingFailure: Error {
    /// The problem is in the diagnostics already.
    case reported
    /// Something else was expected than what stands at the cursor. Thrown, not noted, by single
    /// values, so that an `init(from:)` can try one shape after another with `try?`.
    case mismatch(ConfigNode, ConfigPath, expected: String)

    /// What went wrong further in, not noted yet for the same reason.
    case problems([Diagnostic])

    /// Something else was expected than what stands at `cursor`.
    static func mismatch(_ cursor: Cursor, expected: String) -> DecodingFailure {
        .mismatch(cursor.node, cursor.path, expected: expected)
    }

    /// Notes the problem unless it is noted already.
    func report(to context: LoadContext) {
        switch self {
        case .reported: break
        case .mismatch(let node, let path, let expected):
            Cursor(node: node, path: path, context: context).mismatch(expected)
        case .problems(let problems): context.note(problems)
        }
    }
}
