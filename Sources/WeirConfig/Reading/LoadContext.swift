/// What a load gathers on its way through the file: problems, loosened settings, secrets.
final class LoadContext {
    /// The file's name, for diagnostics.
    let file: String
    /// The folder that relative paths in the file start from.
    let folder: String
    /// What was found wrong so far, in the order of reading.
    private(set) var problems: [Diagnostic] = []
    /// Settings in use whose names start with `unsafe-`.
    var unsafeSettings: [Loosening] = []
    /// Where secrets stand in the file; what stands there is never shown.
    var secretMarks: Set<SourceMark> = []

    /// Where a scalar could not be made of the environment: what it seems to say is no further
    /// problem.
    var unresolvedMarks: Set<SourceMark> = []

    init(file: String, folder: String) {
        self.file = file
        self.folder = folder
    }

    convenience init(_ source: ConfigSource) {
        self.init(file: source.file, folder: source.folder)
    }

    /// Notes a problem with the field at `path`, which stands at `mark`.
    func report(
        _ message: String, expected: String? = nil, suggestion: String? = nil,
        at mark: SourceMark, _ path: ConfigPath, _ severity: Diagnostic.Severity = .error
    ) {
        if unresolvedMarks.contains(mark) { return }
        problems.append(
            Diagnostic(
                severity: severity, file: file, mark: mark, path: path.description,
                message: message, expected: expected, suggestion: suggestion))
    }

    /// Takes back the problems from an index on: what was tried may not be what is meant.
    func takeProblems(from index: Int) -> [Diagnostic] {
        let taken = Array(problems[index...])
        problems.removeSubrange(index...)
        return taken
    }

    /// Notes problems that were taken back.
    func note(_ taken: [Diagnostic]) { problems += taken }

    /// The problems with their lines of the text.
    func diagnostics(_ source: ConfigSource) -> Diagnostics {
        Diagnostics(source.adding(linesTo: problems))
    }
}

extension ConfigSource {
    /// Problems with the lines of the text that they are about.
    func adding(linesTo problems: [Diagnostic]) -> [Diagnostic] {
        guard !problems.isEmpty else { return [] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return problems.map { problem in
            var problem = problem
            if problem.mark.line <= lines.count {
                problem.excerpt = String(lines[problem.mark.line - 1])
            }
            return problem
        }
    }
}

/// A setting in use that loosens a safe default.
public struct Loosening: Hashable, Sendable {
    /// The field: `listeners[0].path.escaped-slashes`.
    public let path: String
    /// What it is set to.
    public let value: String
    /// Where it stands.
    public let mark: SourceMark
}
