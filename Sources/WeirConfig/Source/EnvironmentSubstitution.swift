/// Puts environment variables into scalars: `${NAME}`, `${NAME:-default}`; `$$` is a dollar sign.
///
/// It works on scalars after parsing, so a value can never add keys or change the file's shape. A
/// dollar sign before anything else stands for itself, as patterns need it: `^/v[0-9]+$`.
struct EnvironmentSubstitution {
    struct Problem: Error {
        let message: String
        let expected: String?
    }

    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    func apply(to text: String) throws(Problem) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let close = rest.firstIndex(of: "}") else {
                    throw Problem(message: "`${` is never closed", expected: "`}`, or `$$` for `$`")
                }
                result += try value(rest[rest.index(after: rest.startIndex)..<close])
                rest = rest[rest.index(after: close)...]
            } else {
                result += "$"
            }
        }
        return result + rest
    }

    /// The value for what stands between the braces.
    private func value(_ inner: Substring) throws(Problem) -> String {
        let separator = inner.firstRange(of: ":-")
        let name = String(inner[..<(separator?.lowerBound ?? inner.endIndex)])
        let isName =
            !name.isEmpty && name.first?.isNumber == false
            && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || $0.isAlphanumeric }
        guard isName else {
            throw Problem(
                message: "`\(name)` is no name of an environment variable",
                expected: "`${NAME}` or `${NAME:-default}`, or `$$` for `$`")
        }
        // As in a shell, `:-` also stands in for an empty value.
        if let separator {
            if let value = values[name], !value.isEmpty { return value }
            return String(inner[separator.upperBound...])
        }
        if let value = values[name] { return value }
        throw Problem(
            message: "the environment variable `\(name)` is not set",
            expected: "a value, or a default as in `${\(name):-default}`")
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
