internal import WeirBase
internal import WeirFilter

/// Writes schemas as JSON Schema: draft 2020-12, with keywords that draft 7 and so most editors
/// know as well.
///
/// The gateway reads text and makes of it what a field wants, so a number in quotes is a number,
/// and text that YAML takes for a number or for true is text. `${NAME}` may stand for anything
/// scalar.
struct SchemaRenderer {
    typealias Fields = [(String, Rendered)]

    /// The schemas that have a name, in the order in which they were met.
    private(set) var definitions: Fields = []
    private var known: Set<String> = []

    /// What the environment puts in is not known here.
    private static let variable = "\\$\\{"

    /// Adds a definition unless there is one of that name, and refers to it.
    mutating func define(_ name: String, _ body: (inout SchemaRenderer) -> Fields) -> Fields {
        if known.insert(name).inserted {
            let place = definitions.count
            definitions.append((name, .null))
            definitions[place].1 = .object(body(&self))
        }
        return Self.reference(name)
    }

    static func reference(_ name: String) -> Fields { [("$ref", .text("#/$defs/\(name)"))] }

    /// A schema, and whether nothing may stand there as well.
    mutating func render(_ schema: ConfigurationSchema, orNull: Bool = false) -> Fields {
        let fields = plain(schema)
        return orNull ? Self.nullable(fields) : fields
    }

    private mutating func plain(_ schema: ConfigurationSchema) -> Fields {
        switch schema.shape {
        case .text(nil): return Self.typed("string", "number", "boolean")
        case .text(let pattern?): return Self.text(pattern, schema)
        case .flag: return Self.typed("boolean", "string") + Self.pattern("^(true|false)$", schema)
        case .integer(let range, let except): return Self.integer(range, except, schema)
        case .number:
            return Self.typed("number", "string")
                + Self.pattern("^-?[0-9]*\\.?[0-9]+([eE][+-]?[0-9]+)?$", schema)
        case .choice(let values): return Self.choice(values)
        case .duration(let range):
            return
                (range.lowerBound <= .zero
                ? Self.typed("string", "integer") + [
                    ("minimum", .number(0)), ("maximum", .number(0)),
                ]
                : Self.typed("string"))
                + Self.pattern(NumberPattern.duration(range), schema)
        case .size(let range):
            return Self.typed("integer", "string") + Self.bounds(range)
                + Self.pattern(NumberPattern.size(range), schema)
        case .list(let element, let count):
            return Self.typed("array") + [("items", .object(render(element)))]
                + (count > 0 ? [("minItems", .number(count))] : [])
        case .map(let value, let names, let count):
            return Self.typed("object")
                + (names.map { [("propertyNames", .object([("pattern", .text($0))]))] } ?? [])
                + [("additionalProperties", .object(render(value)))]
                + (count > 0 ? [("minProperties", .number(count))] : [])
        case .object(let object): return self.object(object)
        case .anyOf(let alternatives):
            // Those within alternatives are alternatives too, and messages are better for it.
            let values = alternatives.flatMap { alternative -> [Rendered] in
                let fields = render(alternative)
                if fields.count == 1, case ("anyOf", .list(let inner)) = fields[0] { return inner }
                return [.object(fields)]
            }
            return [("anyOf", .list(values))]
        case .named(let name, let schema): return define(name) { $0.render(schema) }
        case .itself(let name): return Self.reference(name)
        case .anything: return []
        }
    }

    /// A mapping with known fields.
    private mutating func object(_ object: SchemaObject) -> Fields {
        let properties = object.fields.map { ($0.name, Rendered.object(property($0))) }
        var fields = Self.typed("object")
        fields.append(("properties", .object(properties)))
        if object.isEntry {
            fields += [("minProperties", .number(1)), ("maxProperties", .number(1))]
        }
        let required = object.fields.filter(\.isRequired).map { Rendered.text($0.name) }
        if !object.isEntry, !required.isEmpty { fields.append(("required", .list(required))) }
        if !object.justOne.isEmpty {
            let choices = object.justOne.map { name in
                Rendered.object([("required", .list([.text(name)]))])
            }
            fields.append(("oneOf", .list(choices)))
        }
        if !object.isOpen { fields.append(("additionalProperties", .flag(false))) }
        return fields
    }

    /// A field with what it means. A missing value is the same as a missing field.
    private mutating func property(_ field: SchemaField) -> Fields {
        let fields = render(field.schema, orNull: !field.isRequired)
        var about: Fields = []
        if let meaning = field.meaning {
            let usual = field.defaultValue.map { $0.isEmpty ? "\"\"" : $0 }
            let rest = field.isRequired ? " Required." : usual.map { " Default: \($0)." } ?? ""
            about.append(("description", .text(meaning + rest)))
        }
        if let value = field.defaultValue.flatMap({ Self.literal($0, field.schema) }) {
            about.append(("default", value))
        }
        return about + fields
    }

    /// A default as a value, where it is one and not words about it.
    private static func literal(_ text: String, _ schema: ConfigurationSchema) -> Rendered? {
        switch schema.shape {
        case .flag: return text == "true" ? .flag(true) : text == "false" ? .flag(false) : nil
        case .integer(let range, _):
            return Int(text).flatMap { range.contains($0) ? .number($0) : nil }
        case .choice(let values): return values.contains(text) ? .text(text) : nil
        case .duration: return ConfigDuration(text) == nil ? nil : .text(text)
        case .size: return ConfigSize(text) == nil ? nil : .text(text)
        case .anyOf(let alternatives):
            return alternatives.lazy.compactMap { literal(text, $0) }.first
        case .text, .number, .list, .map, .object, .named, .itself, .anything: return nil
        }
    }
}

/// The keywords of scalars.
extension SchemaRenderer {
    fileprivate static func typed(_ names: String...) -> Fields {
        [("type", names.count == 1 ? .text(names[0]) : .list(names.map { .text($0) }))]
    }

    /// Keywords about numbers say nothing about texts, and the other way around, so both stand side
    /// by side.
    fileprivate static func pattern(_ pattern: String, _ schema: ConfigurationSchema) -> Fields {
        let example = schema.examples.first.map { ", such as \($0)" } ?? ""
        return [
            ("pattern", .text("\(variable)|\(pattern)")),
            // Known to the editors of the VS Code family.
            ("patternErrorMessage", .text("expected \(schema.words)\(example)")),
        ]
    }

    fileprivate static func text(_ pattern: String, _ schema: ConfigurationSchema) -> Fields {
        var types = ["string"]
        if let regex = try? Regex(pattern) {
            if "10".contains(regex) { types.append("number") }
            if "true".contains(regex) { types.append("boolean") }
        }
        return [("type", types.count == 1 ? .text("string") : .list(types.map { .text($0) }))]
            + Self.pattern(pattern, schema)
    }

    fileprivate static func bounds(_ range: ClosedRange<Int>) -> Fields {
        // Beyond 2^53 numbers of JSON are not exact.
        let exact = -(1 << 53)...1 << 53
        var fields: Fields = []
        if exact.contains(range.lowerBound) {
            fields.append(("minimum", .number(range.lowerBound)))
        }
        if exact.contains(range.upperBound) {
            fields.append(("maximum", .number(range.upperBound)))
        }
        return fields
    }

    fileprivate static func integer(
        _ range: ClosedRange<Int>, _ except: [Int], _ schema: ConfigurationSchema
    ) -> Fields {
        let digits =
            range.lowerBound >= 0
            ? "^0*\(NumberPattern.integers(range.lowerBound, range.upperBound))$"
            : "^-?[0-9]+$"
        var fields = typed("integer", "string") + bounds(range) + pattern(digits, schema)
        if !except.isEmpty {
            let values = except.flatMap { [Rendered.number($0), .text("\($0)")] }
            fields.append(("not", .object([("enum", .list(values))])))
        }
        return fields
    }

    /// One of some words, also as what YAML makes of them: `off` is false in YAML 1.1.
    fileprivate static func choice(_ values: [String]) -> Fields {
        let resolved = values.compactMap { value -> Rendered? in
            switch value {
            case "off", "no", "false": .flag(false)
            case "on", "yes", "true": .flag(true)
            default: Int(value).map { .number($0) } ?? Double(value).map { .decimal($0) }
            }
        }
        let values: Rendered = .list(values.map { .text($0) } + resolved)
        return [
            (
                "anyOf",
                .list([
                    .object([("enum", values)]),
                    .object(typed("string") + [("pattern", .text(variable))]),
                ])
            )
        ]
    }

    /// The same or null.
    static func nullable(_ fields: Fields) -> Fields {
        guard let first = fields.first else { return fields }
        switch first {
        case ("type", .text(let name)):
            return [("type", .list([.text(name), .text("null")]))] + fields.dropFirst()
        case ("type", .list(let names)):
            return [("type", .list(names + [.text("null")]))] + fields.dropFirst()
        case ("anyOf", .list(let alternatives)):
            return [("anyOf", .list(alternatives + [.object(typed("null"))]))]
        default: return [("anyOf", .list([.object(fields), .object(typed("null"))]))]
        }
    }
}
