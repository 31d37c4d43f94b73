internal import WeirBase

/// Text with variables, parsed once when the configuration is loaded.
///
///     https://{host}{path}     {header:x-name}     {{ and }} are braces
struct Template: Sendable {
    /// Literal text or a variable.
    enum Part: Sendable {
        case literal(ByteString)
        case variable(Variable)
    }

    /// What a variable stands for.
    enum Variable: Sendable {
        case clientAddress, route, listener, host, path, method, status
        case header(HeaderName)
        case capture(String)
    }

    /// Which message the result is for.
    enum Side: String, Sendable {
        case request, response
    }

    /// What is wrong with a template, as one sentence.
    struct Mistake: Error {
        let message: String
    }

    private(set) var parts: [Part] = []

    /// The text when there are no variables in it.
    var constant: ByteString? {
        guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
        return text
    }

    init(_ text: String, for side: Side) throws(Mistake) {
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw Mistake(message: "a field value has no line breaks or other control characters")
        }
        var literal = ByteString()
        // By scalars: as a Character, a brace may hide behind a combining mark.
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                literal.append(String(scalar))
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw Mistake(message: "`{` without `}`; write `{{` for a brace")
                }
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ByteString()
                parts.append(.variable(try Self.variable(Substring(rest[..<end]), for: side)))
                rest = rest[end...].dropFirst()
            case "}":
                throw Mistake(message: "`}` without `{`; write `}}` for a brace")
            default:
                literal.append(String(scalar))
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
    }

    private static func variable(
        _ text: Substring, for side: Side
    ) throws(Mistake) -> Variable {
        switch text {
        case "client-address": return .clientAddress
        case "route": return .route
        case "listener": return .listener
        case "host": return .host
        case "path": return .path
        case "method": return .method
        case "request-id": return .header(HeaderName(.xRequestId))
        case "status":
            guard side == .response else {
                throw Mistake(message: "`{status}` is known only in `response`")
            }
            return .status
        default: break
        }
        if text.hasPrefix("header:") {
            let name = text.dropFirst("header:".count)
            guard let header = HeaderName(String(name)) else {
                throw Mistake(message: "`\(name)` is no field name")
            }
            return .header(header)
        }
        if text.hasPrefix("capture:"), text.count > "capture:".count {
            return .capture(String(text.dropFirst("capture:".count)))
        }
        throw Mistake(
            message: "unknown variable `{\(text)}`; expected client-address, route, listener, "
                + "host, path, method, request-id, status, header:NAME or capture:NAME")
    }
}
