/// A value ready to be shown, its fields in a stable order.
public enum Rendered: Sendable {
    /// Nothing.
    case null
    /// True or false.
    case flag(Bool)
    /// A whole number.
    case number(Int)
    /// A number with a fraction.
    case decimal(Double)
    /// Text.
    case text(String)
    /// Values in order.
    case list([Rendered])
    /// Named values in order.
    case object([(String, Rendered)])

    /// The value as JSON; `indent` spaces per level, or all in one line when it is 0.
    public func json(indent: Int = 0) -> String {
        var output = ""
        write(to: &output, indent: indent, depth: 0)
        return output
    }

    private func write(to output: inout String, indent: Int, depth: Int) {
        switch self {
        case .null: output += "null"
        case .flag(let value): output += value ? "true" : "false"
        case .number(let value): output += "\(value)"
        case .decimal(let value): output += "\(value)"
        case .text(let text): Rendered.quote(text, to: &output)
        case .list(let values):
            Rendered.write(values.map { (nil, $0) }, "[", "]", to: &output, indent, depth)
        case .object(let fields):
            Rendered.write(fields.map { ($0.0, $0.1) }, "{", "}", to: &output, indent, depth)
        }
    }

    private static func write(
        _ items: [(String?, Rendered)], _ open: String, _ close: String,
        to output: inout String, _ indent: Int, _ depth: Int
    ) {
        output += open
        for (position, (name, value)) in items.enumerated() {
            if position > 0 { output += "," }
            if indent > 0 {
                output += "\n" + String(repeating: " ", count: indent * (depth + 1))
            }
            if let name {
                quote(name, to: &output)
                output += indent > 0 ? ": " : ":"
            }
            value.write(to: &output, indent: indent, depth: depth + 1)
        }
        if indent > 0 && !items.isEmpty {
            output += "\n" + String(repeating: " ", count: indent * depth)
        }
        output += close
    }

    private static func quote(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
