/// Something wrong, or doubtful, in a configuration file.
public struct Diagnostic: Hashable, Sendable {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The configuration cannot be used.
        case error
        /// The configuration can be used, but hardly means what it says.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// The file as the operator named it.
    public let file: String
    /// Where in the file.
    public let mark: SourceMark
    /// The field: `listeners[0].filters[2].jwt.issuer`; empty for the file as a whole.
    public let path: String
    /// What is wrong.
    public let message: String
    /// What would have been right, or nil when the message says it all.
    public let expected: String?
    /// The nearest valid name, or nil when none is near.
    public let suggestion: String?
    /// The line of the file, or nil when there is none.
    public internal(set) var excerpt: String?

    /// Describes a problem.
    public init(
        severity: Severity = .error, file: String, mark: SourceMark, path: String = "",
        message: String, expected: String? = nil, suggestion: String? = nil
    ) {
        self.severity = severity
        self.file = file
        self.mark = mark
        self.path = path
        self.message = message
        self.expected = expected
        self.suggestion = suggestion
    }

    /// The message, what was expected, and the suggestion, in one sentence.
    public var sentence: String {
        var text = message
        if let expected { text += "; expected \(expected)" }
        if let suggestion { text += "; did you mean `\(suggestion)`?" }
        return text
    }

    /// `file:line:column: error: path: message`
    public var headline: String {
        let field = path.isEmpty ? "" : "\(path): "
        return "\(file):\(mark): \(severity.rawValue): \(field)\(sentence)"
    }
}
