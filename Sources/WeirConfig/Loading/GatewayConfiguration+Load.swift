public import WeirFilter

/// Says what is wrong with a regular expression; nil when it can be used.
public typealias RegexChecker = @Sendable (_ pattern: String) -> String?

/// Loads the plug-in at a path and returns its kinds of filters. The error says what is wrong with
/// the file, and what to do.
public typealias PluginLoader =
    @Sendable (_ path: String) throws(ConfigurationError) -> [FilterType]

/// What a load gives: a configuration when there are no errors, and all that there is to say.
public struct LoadedConfiguration: Sendable {
    /// The configuration; nil when there are errors.
    public let configuration: GatewayConfiguration?
    /// Errors and warnings, in the order of the file.
    public let diagnostics: Diagnostics
    /// What was read; nil when the file could not be.
    private let source: ConfigSource?

    init(
        _ configuration: GatewayConfiguration?, _ diagnostics: Diagnostics, _ source: ConfigSource?
    ) {
        self.configuration = configuration
        self.diagnostics = diagnostics
        self.source = source
    }

    /// The diagnostics together with problems that were found later, each with its line of the
    /// file.
    public func diagnostics(with problems: [Diagnostic]) -> Diagnostics {
        Diagnostics(diagnostics.items + (source?.adding(linesTo: problems) ?? problems))
    }
}

extension GatewayConfiguration {
    /// Reads a file, decodes and checks all of it. `weir check`, start and reload all call this.
    ///
    /// Filters are decoded and their factories made, but nothing is provisioned. Secrets in files
    /// are read. `plugins` loads the plug-ins that the file names; without it, none can be named.
    /// `regexCheck` is asked about every regular expression outside filters.
    public static func load(
        file: String, registry: [FilterType], plugins: PluginLoader? = nil,
        environment: [String: String],
        regexCheck: @escaping RegexChecker = { _ in nil }
    ) -> LoadedConfiguration {
        do {
            return load(
                try ConfigSource(contentsOf: file), registry: registry, plugins: plugins,
                environment: environment, regexCheck: regexCheck)
        } catch {
            return LoadedConfiguration(nil, Diagnostics([problem(with: file, error)]), nil)
        }
    }

    /// The same for a text that is in memory.
    public static func load(
        _ source: ConfigSource, registry: [FilterType], plugins: PluginLoader? = nil,
        environment: [String: String],
        regexCheck: @escaping RegexChecker = { _ in nil }
    ) -> LoadedConfiguration {
        let context = LoadContext(source)
        let root = source.parse(context, environment: environment)
        let loader = GatewayLoader(
            context, registry: registry, loadPlugin: plugins, checkRegex: regexCheck)
        let configuration = root.flatMap { loader.load($0) }
        let diagnostics = context.diagnostics(source)
        return LoadedConfiguration(
            diagnostics.hasErrors ? nil : configuration, diagnostics, source)
    }

    static func problem(with file: String, _ error: any Error) -> Diagnostic {
        let reason = (error as? ConfigurationFileError)?.reason ?? "\(error)"
        return Diagnostic(file: file, mark: .start, message: "the file \(reason)")
    }
}
