public import WeirFilter

/// Decodes configuration from text, by the same rules as a whole file: for tests of filters, and
/// for configuration that does not come from the gateway's file.
public enum ConfigText {
    /// Decodes `yaml`. The value is there only when nothing is wrong.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from yaml: String, file: String = "configuration",
        environment: [String: String] = [:]
    ) -> (value: Value?, diagnostics: Diagnostics) {
        load(yaml, file, environment) { $0.decodeOrNil(type) }
    }

    /// Makes a filter's factory of `yaml`. The factory is there only when nothing is wrong.
    public static func makeFactory(
        _ type: FilterType, from yaml: String, file: String = "configuration",
        environment: [String: String] = [:]
    ) -> (factory: (any Factory)?, diagnostics: Diagnostics) {
        load(yaml, file, environment) { $0.makeFactory(type) }
    }

    private static func load<Value>(
        _ yaml: String, _ file: String, _ environment: [String: String],
        _ body: (Cursor) -> Value?
    ) -> (Value?, Diagnostics) {
        let source = ConfigSource(file: file, text: yaml)
        let context = LoadContext(source)
        // No text at all is a configuration that says nothing, as `- request-id` in a chain.
        let isBlank = source.text.allSatisfy(\.isWhitespace)
        let root =
            isBlank
            ? ConfigNode(.null, .start) : source.parse(context, environment: environment)
        let value = root.flatMap { body(Cursor(node: $0, path: .root, context: context)) }
        let diagnostics = context.diagnostics(source)
        return (diagnostics.hasErrors ? nil : value, diagnostics)
    }
}

extension Cursor {
    /// Decodes a filter's configuration and lets the filter check it; nil, and noted, on problems.
    func makeFactory(_ type: FilterType) -> (any Factory)? {
        let before = context.problems.count
        let decoder = NodeDecoder(self)
        do {
            let factory = try type.makeFactory(from: decoder)
            decoder.reportUnknownKeys(isComplete: true)
            return context.problems.count == before ? factory : nil
        } catch let failure as DecodingFailure {
            decoder.reportUnknownKeys(isComplete: false)
            failure.report(to: context)
        } catch {
            // Once a placeholder stands somewhere, the filter's own check speaks about that.
            let isFirst = context.problems.count == before
            decoder.reportUnknownKeys(isComplete: error is ConfigurationError)
            if isFirst { report(error, decoding: Never.self) }
        }
        return nil
    }
}
