/// All that is wrong in a configuration, in the order of the file.
public struct Diagnostics: Sendable, CustomStringConvertible {
    /// The problems, by line and column.
    public let items: [Diagnostic]

    /// Sorts problems and drops repeated ones, which an alias used twice would give.
    public init(_ items: [Diagnostic]) {
        var seen: Set<Diagnostic> = []
        self.items = items.enumerated()
            .filter { seen.insert($0.element).inserted }
            .sorted { ($0.element.mark, $0.offset) < ($1.element.mark, $1.offset) }
            .map(\.element)
    }

    /// Whether the configuration cannot be used.
    public var hasErrors: Bool { items.contains { $0.severity == .error } }

    /// The problems that make the configuration useless.
    public var errors: [Diagnostic] { items.filter { $0.severity == .error } }

    /// The doubts.
    public var warnings: [Diagnostic] { items.filter { $0.severity == .warning } }

    /// One line per problem, without the file's text: for logs, which should hold no secrets.
    public var description: String { items.map(\.headline).joined(separator: "\n") }

    /// For people: each problem with its line of the file and a caret below the place.
    public func rendered() -> String {
        var text = ""
        for item in items {
            text += item.headline + "\n"
            guard let excerpt = item.excerpt else { continue }
            let number = "\(item.mark.line)"
            let gutter = String(repeating: " ", count: number.count)
            // Tabs stay tabs, so that the caret stands below its character.
            let indent = excerpt.unicodeScalars.prefix(item.mark.column - 1)
                .map { $0 == "\t" ? "\t" : " " }.joined()
            text += "  \(number) | \(excerpt)\n  \(gutter) | \(indent)^\n"
        }
        return text
    }

    /// For machines: a JSON object with the list of problems.
    public func json() -> String {
        Rendered.object([("diagnostics", list)]).json(indent: 2)
    }

    /// The problems ready to be shown as a part of something larger.
    package var list: Rendered {
        let list = items.map { item in
            var fields: [(String, Rendered)] = [
                ("severity", .text(item.severity.rawValue)),
                ("file", .text(item.file)),
                ("line", .number(item.mark.line)),
                ("column", .number(item.mark.column)),
                ("path", .text(item.path)),
                ("message", .text(item.message)),
            ]
            if let expected = item.expected { fields.append(("expected", .text(expected))) }
            if let near = item.suggestion { fields.append(("suggestion", .text(near))) }
            return Rendered.object(fields)
        }
        return .list(list)
    }
}
