public import WeirBase

/// What may be written somewhere in a configuration: the source of `weir schema`, and of what
/// `weir filters` says about a field.
public struct ConfigurationSchema: Sendable {
    package indirect enum Shape: Sendable {
        /// Any scalar whose text the pattern (of JSON Schema, to be found anywhere) matches.
        case text(pattern: String?)
        case flag
        case integer(ClosedRange<Int>, except: [Int])
        case number
        case choice([String])
        case duration(ClosedRange<Interval>)
        case size(ClosedRange<Int>)
        case list(ConfigurationSchema, atLeast: Int)
        case map(ConfigurationSchema, names: String?, atLeast: Int)
        case object(SchemaObject)
        case anyOf([ConfigurationSchema])
        /// A part that may stand in several places, or within itself.
        case named(String, ConfigurationSchema)
        /// A named schema, within itself.
        case itself(String)
        case anything
    }

    package let shape: Shape
    /// What it is, for people: `field name`.
    package let words: String
    /// Texts that may be written.
    package let examples: [String]

    package init(_ shape: Shape, _ words: String, examples: [String] = []) {
        self.shape = shape
        self.words = words
        self.examples = examples
    }

    /// Text. `pattern` is a regular expression as JSON Schema and JavaScript have them, which has
    /// to match somewhere in the text; `words` and `examples` stand in messages of editors.
    public static func text(
        _ words: String = "text", pattern: String? = nil, examples: [String] = []
    ) -> ConfigurationSchema {
        ConfigurationSchema(.text(pattern: pattern), words, examples: examples)
    }

    /// `true` or `false`.
    public static let flag = ConfigurationSchema(.flag, "true or false", examples: ["true"])

    /// A whole number, but none of `except`.
    public static func integer(
        _ range: ClosedRange<Int> = Int.min ... .max, except: [Int] = []
    ) -> ConfigurationSchema {
        let but =
            except.isEmpty ? "" : ", but not " + except.map(String.init).joined(separator: " and ")
        return ConfigurationSchema(
            .integer(range, except: except), Self.words(range) + but,
            examples: ["\(range.lowerBound == .min ? 0 : range.lowerBound)"])
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "whole number"
        case (let least, .max): "whole number of at least \(least)"
        case (.min, let most): "whole number of at most \(most)"
        case (let least, let most): "whole number from \(least) to \(most)"
        }
    }

    /// One of some numbers.
    public static func numbers(_ values: [Int]) -> ConfigurationSchema {
        choice(values.map(String.init))
    }

    /// Any number.
    public static let number = ConfigurationSchema(.number, "number", examples: ["1"])

    /// One of some words.
    public static func choice(_ values: [String]) -> ConfigurationSchema {
        let words =
            values.count < 2
            ? values.joined()
            : values.dropLast().joined(separator: ", ") + " or \(values.last ?? "")"
        return ConfigurationSchema(.choice(values), words, examples: values)
    }

    /// A length of time with its unit; any when no range is given.
    public static func duration(
        _ range: ClosedRange<Interval> = .zero ... .unbounded
    ) -> ConfigurationSchema {
        let least = ConfigDuration(range.lowerBound)
        let most = ConfigDuration(range.upperBound)
        let words: String =
            switch (range.lowerBound, range.upperBound) {
            case (.zero, .unbounded): "duration"
            case (.zero, _): "duration of at most \(most)"
            case (.shortest, .unbounded): "duration of more than 0s"
            case (.shortest, _): "duration of more than 0s and at most \(most)"
            case (_, .unbounded): "duration of at least \(least)"
            default: "duration from \(least) to \(most)"
            }
        // One that lies inside, so that a value can be made of it.
        let usual = ["15s", "250ms", "5m", "1h"].first {
            ConfigDuration($0).map { range.contains($0.interval) } ?? false
        }
        return ConfigurationSchema(.duration(range), words, examples: [usual ?? "\(least)"])
    }

    /// A number of bytes with or without a unit; any when no range is given.
    public static func size(_ range: ClosedRange<Int> = 0 ... .max) -> ConfigurationSchema {
        let least = ConfigSize(range.lowerBound)
        let most = ConfigSize(range.upperBound)
        let words: String =
            switch (range.lowerBound, range.upperBound) {
            case (0, .max): "size"
            case (0, _): "size of at most \(most)"
            case (_, .max): "size of at least \(least)"
            default: "size from \(least) to \(most)"
            }
        let usual = ["16KiB", "1MiB"].first { text in
            ConfigSize(text).map { range.contains($0.bytes) } ?? false
        }
        return ConfigurationSchema(.size(range), words, examples: [usual ?? "\(least)"])
    }

    /// A list.
    public static func list(
        of element: ConfigurationSchema, atLeast count: Int = 0
    ) -> ConfigurationSchema {
        ConfigurationSchema(.list(element, atLeast: count), "list of \(element.words)")
    }

    /// A mapping from names that the operator chooses; `names` is a pattern that they match.
    public static func map(
        to value: ConfigurationSchema, names: String? = nil, atLeast count: Int = 0
    ) -> ConfigurationSchema {
        ConfigurationSchema(
            .map(value, names: names, atLeast: count), "mapping of names to \(value.words)")
    }

    /// A mapping with these fields and no others.
    public static func object(_ fields: [SchemaField]) -> ConfigurationSchema {
        ConfigurationSchema(.object(SchemaObject(fields)), "mapping")
    }

    /// A mapping with these fields and no others, of which just one of `alternatives` is given.
    public static func object(
        _ fields: [SchemaField], justOne alternatives: [String]
    ) -> ConfigurationSchema {
        ConfigurationSchema(.object(SchemaObject(fields, justOne: alternatives)), "mapping")
    }

    /// What one of several schemas describes.
    public static func anyOf(_ alternatives: [ConfigurationSchema]) -> ConfigurationSchema {
        ConfigurationSchema(
            .anyOf(alternatives), alternatives.map(\.words).joined(separator: ", or "),
            examples: alternatives.flatMap(\.examples))
    }

    /// Some values, or a list of them: `a` and `[a, b]`.
    public static func oneOrMore(_ element: ConfigurationSchema) -> ConfigurationSchema {
        anyOf([element, list(of: element, atLeast: 1)])
    }

    /// A schema with a name, which may stand in several places; the same name always stands for
    /// the same schema. Where it stands within itself, `itself` stands for it.
    public static func named(_ name: String, _ schema: ConfigurationSchema) -> ConfigurationSchema {
        ConfigurationSchema(.named(name, schema), name)
    }

    /// A schema with a name, within that schema.
    public static func itself(_ name: String) -> ConfigurationSchema {
        ConfigurationSchema(.itself(name), name)
    }

    /// Anything at all.
    public static let anything = ConfigurationSchema(.anything, "anything")

    /// The schema of what a type decodes.
    public static func of<Value: Decodable>(_ type: Value.Type) -> ConfigurationSchema {
        SchemaTracer.trace(type, SchemaTrail()).schema
    }
}

extension Interval {
    /// The shortest length of time that is more than nothing.
    public static let shortest = Interval(nanoseconds: 1)
    /// The longest length of time that can be said.
    public static let unbounded = Interval(nanoseconds: .max)
}
