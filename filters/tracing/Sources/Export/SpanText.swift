/// A span as a line of JSON.
enum SpanText {
    static func line(_ span: FinishedSpan, service: String) -> String {
        var fields = [
            pair("trace", quoted(hex(span.traceHigh) + hex(span.traceLow))),
            pair("span", quoted(hex(span.id))),
        ]
        if span.parent != 0 { fields.append(pair("parent", quoted(hex(span.parent)))) }
        fields.append(pair("service", quoted(service)))
        fields.append(pair("kind", quoted(span.kind.name)))
        fields.append(pair("name", quoted(span.name)))
        fields.append(pair("start", seconds(span.start)))
        fields.append(pair("ms", milliseconds(span.end - span.start)))
        if span.isError { fields.append(pair("error", "true")) }
        if !span.traceState.isEmpty { fields.append(pair("tracestate", quoted(span.traceState))) }
        fields.append(pair("attributes", object(span.attributes)))
        if !span.events.isEmpty {
            let events = span.events.map { event in
                "{" + pair("name", quoted(event.name)) + ","
                    + pair("ms", milliseconds(event.time - span.start)) + ","
                    + pair("attributes", object(event.attributes)) + "}"
            }
            fields.append(pair("events", "[" + events.joined(separator: ",") + "]"))
        }
        if !span.links.isEmpty {
            let links = span.links.map { link in
                "{" + pair("trace", quoted(hex(link.traceHigh) + hex(link.traceLow))) + ","
                    + pair("span", quoted(hex(link.span))) + "}"
            }
            fields.append(pair("links", "[" + links.joined(separator: ",") + "]"))
        }
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func object(_ attributes: [SpanAttribute]) -> String {
        let pairs = attributes.map { attribute in
            let value =
                switch attribute.value {
                case .text(let text): quoted(text)
                case .number(let number): "\(number)"
                }
            return pair(attribute.name, value)
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func pair(_ name: String, _ value: String) -> String {
        "\(quoted(name)):\(value)"
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Nanoseconds as seconds with all nine places.
    private static func seconds(_ nanoseconds: Int64) -> String {
        let part = String(nanoseconds % 1_000_000_000)
        return "\(nanoseconds / 1_000_000_000)."
            + String(repeating: "0", count: 9 - part.count) + part
    }

    /// Nanoseconds as milliseconds with three places.
    private static func milliseconds(_ nanoseconds: Int64) -> String {
        let sign = nanoseconds < 0 ? "-" : ""
        let microseconds = nanoseconds.magnitude / 1000
        let part = String(microseconds % 1000)
        return "\(sign)\(microseconds / 1000)."
            + String(repeating: "0", count: 3 - part.count) + part
    }

    /// Text in quotes (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
