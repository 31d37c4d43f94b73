internal import Yams

/// What the YAML library reports, in the words and with the position that an operator can use.
extension ConfigSource {
    func report(_ error: YamlError, to context: LoadContext) {
        switch error {
        case .scanner(let around, let problem, let mark, _),
            .parser(let around, let problem, let mark, _):
            let place = around.map { " \($0.text) at line \($0.mark.line)" } ?? ""
            let message = "YAML syntax: \(problem)\(place)"
            let isTab = character(at: mark) == "\t"
            context.report(
                message, expected: isTab ? "spaces: YAML does not allow tabs here" : nil,
                at: SourceMark(mark), .root)
        case .composer(_, let problem, let mark, _):
            let isSecondDocument = problem.hasSuffix("another document")
            context.report(
                isSecondDocument ? "a second document begins here" : problem,
                expected: isSecondDocument ? "one YAML document" : nil,
                at: SourceMark(mark), .root)
        case .duplicatedKeysInMapping(let keys, let around):
            for key in keys.prefix(1) { reportDuplicate(key, first: around.mark, to: context) }
        case .reader(let problem, let offset, _, _):
            context.report("YAML: \(problem)", at: mark(atCharacter: offset ?? 0), .root)
        default:
            context.report("YAML: \(error)", at: .start, .root)
        }
    }

    /// The library names the first of the keys; the operator wants the second, which is to go.
    private func reportDuplicate(_ key: String, first: Mark, to context: LoadContext) {
        var found: SourceMark?
        let indent = first.column - 1
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for number in first.line..<max(first.line, lines.count) {
            let line = lines[number]
            let rest = line.drop { $0 == " " }
            if rest.isEmpty || rest.hasPrefix("#") { continue }
            let depth = line.count - rest.count
            if depth < indent { break }
            let spelled = ["\(key):", "\"\(key)\":", "'\(key)':"]
            if depth == indent, spelled.contains(where: { rest.hasPrefix($0) }) {
                found = SourceMark(line: number + 1, column: first.column)
                break
            }
        }
        let suffix = found == nil ? " stands twice" : " stands already at line \(first.line)"
        context.report("the key `\(key)`\(suffix)", at: found ?? SourceMark(first), .root)
    }

    private func character(at mark: Mark) -> Unicode.Scalar? {
        let lines = text.split(
            separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false)
        guard mark.line <= lines.count else { return nil }
        return lines[mark.line - 1].unicodeScalars.dropFirst(mark.column - 1).first
    }

    private func mark(atCharacter offset: Int) -> SourceMark {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            column = character.isNewline ? 1 : column + 1
            if character.isNewline { line += 1 }
        }
        return SourceMark(line: line, column: column)
    }
}

extension SourceMark {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
