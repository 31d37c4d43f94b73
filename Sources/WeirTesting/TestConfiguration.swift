/// A filter's configuration written as Swift literals, in the shape that it has in YAML.
///
///     ["abort": ["status": 503, "percentage": "10%"]]
///
/// Mappings keep their order, as in a file.
public enum TestConfiguration: Sendable {
    /// Nothing: `key:` with no value behind it.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// Text.
    case text(String)
    /// A list.
    case list([TestConfiguration])
    /// Keys with their values.
    case mapping([(key: String, value: TestConfiguration)])
}

extension TestConfiguration: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// Writes a mapping.
    public init(dictionaryLiteral elements: (String, TestConfiguration)...) {
        self = .mapping(elements.map { (key: $0.0, value: $0.1) })
    }

    /// Writes a list.
    public init(arrayLiteral elements: TestConfiguration...) { self = .list(elements) }

    /// Writes text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// Writes a whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }

    /// Writes a number.
    public init(floatLiteral value: Double) { self = .number(value) }

    /// Writes a truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Writes nothing.
    public init(nilLiteral: ()) { self = .null }
}

extension TestConfiguration: CustomStringConvertible {
    /// The configuration as JSON, which is YAML too: what a live run puts into its file.
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): Self.quoted(value)
        case .list(let items): "[" + items.map(\.description).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\(Self.quoted($0.key)): \($0.value)" }.joined(separator: ", ")
                + "}"
        }
    }

    /// What it is, in an operator's words.
    var kind: String {
        switch self {
        case .null: "nothing"
        case .bool, .integer, .number, .text: "`\(description)`"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
