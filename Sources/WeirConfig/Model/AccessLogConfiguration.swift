public import WeirBase
internal import WeirFilter

/// `access-log`: one line per request.
public struct AccessLogConfiguration: Sendable, Hashable {
    /// Where lines go.
    public enum Destination: Sendable, Hashable {
        /// Standard output.
        case standardOutput
        /// Standard error.
        case standardError
        /// A file that is appended to, and opened again on SIGUSR1.
        case file(String)
    }

    /// How a line is written.
    public enum Format: Sendable, Hashable {
        /// One JSON object.
        case json
        /// A template with `%{…}` in it; what may stand there is the server's to say.
        case template(String)
    }

    /// Where lines go. Default: standard output.
    public var destination = Destination.standardOutput
    /// How a line is written. Default: JSON.
    public var format = Format.json
    /// How many bytes may wait to be written; when they are full, lines are dropped and counted.
    /// Default: 1 MiB.
    public var bufferBytes = 1 << 20
    /// How long a line may wait for others before it is written. Default: 1 s.
    public var flushInterval: Interval = .seconds(1)
    /// Where the format stands in the file, for checks by the server.
    public var formatMark = SourceMark.start

    /// All defaults.
    public init() {}
}

extension AccessLogConfiguration: SettingsGroup {
    static let fields: [Field<AccessLogConfiguration>] = [
        .custom(
            "path", "stdout, stderr or a file", \.destination, "Where lines go.",
            allows: .text("stdout, stderr or a file", pattern: ".", examples: ["stdout"]),
            read: { cursor in
                switch cursor.string() {
                case nil: return nil
                case "": cursor.mismatch("stdout, stderr or a file's path")
                case "stdout": return .standardOutput
                case "stderr": return .standardError
                case .some(let path): return .file(path)
                }
                return nil
            },
            render: { destination in
                switch destination {
                case .standardOutput: .text("stdout")
                case .standardError: .text("stderr")
                case .file(let path): .text(path)
                }
            }),
        .custom(
            "format", "json or a template", \.format, "How a line is written.",
            allows: .text("json, or a template", pattern: "^json$|%\\{", examples: ["json"]),
            read: { cursor in
                guard let text = cursor.string() else { return nil }
                if text == "json" { return .json }
                guard text.contains("%{") else {
                    cursor.mismatch("json, or a template with `%{…}` in it")
                    return nil
                }
                return .template(text)
            },
            render: { format in
                switch format {
                case .json: .text("json")
                case .template(let text): .text(text)
                }
            }),
        .size(
            "buffer", \.bufferBytes, 4096...1 << 30,
            "Bytes that may wait to be written; above it lines are dropped and counted."),
        .duration(
            "flush", \.flushInterval, "How long a line may wait before it is written."),
    ]

    /// Reads `off` or a mapping.
    static func readOrOff(_ cursor: Cursor?) -> AccessLogConfiguration? {
        guard let cursor else { return AccessLogConfiguration() }
        if cursor.isOff { return nil }
        var log = read(cursor)
        log.formatMark = cursor.node.mapping?["format"]?.mark ?? cursor.node.mark
        return log
    }
}
