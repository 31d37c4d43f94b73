/// `log`: what the gateway says about itself, on standard error.
public struct LogConfiguration: Sendable, Hashable {
    /// How much is said.
    public enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// How it is written.
    public enum Format: String, Sendable, CaseIterable {
        /// Lines for people.
        case text
        /// One JSON object per line.
        case json
    }

    /// The least level that is written. Default: info.
    public var level = Level.info
    /// How lines are written. Default: text.
    public var format = Format.text

    /// All defaults.
    public init() {}
}

extension LogConfiguration: SettingsGroup {
    static let fields: [Field<LogConfiguration>] = [
        .choice("level", \.level, "The least level that is written."),
        .choice("format", \.format, "Lines for people or one JSON object per line."),
    ]
}

/// `reload`: when the file is read again, besides SIGHUP and `POST /reload`.
public struct ReloadConfiguration: Sendable, Hashable {
    /// Whether a change of the file, or of a plug-in that it names, loads it. Default: false.
    public var watch = false

    /// All defaults.
    public init() {}
}

extension ReloadConfiguration: SettingsGroup {
    static let fields: [Field<ReloadConfiguration>] = [
        .flag(
            "watch", \.watch,
            "Whether a change of the file, or of a plug-in that it names, loads it.")
    ]
}
