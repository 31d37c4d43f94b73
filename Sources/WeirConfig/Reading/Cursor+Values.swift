internal import WeirBase
internal import WeirFilter

/// Values as the model needs them. Each is nil, and noted, when something else stands there.
extension Cursor {
    func string() -> String? {
        if let text = node.text { return text }
        mismatch("text")
        return nil
    }

    /// Text that is a name: not empty, and without the characters that would confuse a log.
    func name(_ kind: String) -> String? {
        guard let text = string() else { return nil }
        let isName =
            !text.isEmpty && text.utf8.count <= 128
            && text.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || ConfigName.isOther($0)
            }
        if isName { return text }
        mismatch("a name of a \(kind): letters, digits, `-`, `_` and `.`, at most 128")
        return nil
    }

    /// The name of a field or of a parameter.
    func fieldName() -> String? {
        guard let text = string() else { return nil }
        if HeaderName(text) != nil { return text }
        mismatch("a name such as x-account")
        return nil
    }

    func flag() -> Bool? {
        if let text = node.text {
            if let value = Bool(scalar: text) { return value }
            let words = ["yes": "true", "on": "true", "no": "false", "off": "false"]
            mismatch("true or false", suggestion: words[text.lowercased()])
        } else {
            mismatch("true or false")
        }
        return nil
    }

    func integer(_ range: ClosedRange<Int>) -> Int? {
        if let text = node.text, let value = Int(scalar: text), range.contains(value) {
            return value
        }
        mismatch(
            range.upperBound == .max
                ? "a whole number of at least \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    func duration(_ range: ClosedRange<Interval>) -> Interval? {
        if let text = node.text, let value = ConfigDuration(text), range.contains(value.interval) {
            return value.interval
        }
        let lower = ConfigDuration(range.lowerBound)
        mismatch("a duration from \(lower) to \(ConfigDuration(range.upperBound)), such as 15s")
        return nil
    }

    func size(_ range: ClosedRange<Int>) -> Int? {
        if let text = node.text, let value = ConfigSize(text), range.contains(value.bytes) {
            return value.bytes
        }
        guard range.upperBound < .unboundedSize else {
            mismatch("a size such as 16KiB, or 0 for no bound")
            return nil
        }
        let lower = ConfigSize(range.lowerBound)
        mismatch("a size from \(lower) to \(ConfigSize(range.upperBound)), such as 16KiB")
        return nil
    }

    /// One of an enumeration's names. A name that starts with `unsafe-` is kept for the list of
    /// loosened settings.
    func choice<Choice>(_ type: Choice.Type) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        let names = Choice.allCases.map(\.rawValue)
        guard let text = node.text, let value = Choice(rawValue: text) else {
            mismatch(
                "one of " + names.joined(separator: ", "),
                suggestion: node.text.flatMap { NearestName.find($0, in: names) })
            return nil
        }
        if text.hasPrefix("unsafe-") { noteUnsafe() }
        return value
    }

    /// Whether `off` stands here.
    var isOff: Bool { node.text == "off" }

    /// Keeps the setting at this cursor for the list of loosened ones.
    func noteUnsafe() {
        context.unsafeSettings.append(
            Loosening(path: path.description, value: node.text ?? "…", mark: node.mark))
    }

    /// A value, or each of a list of values: `GET` and `[GET, HEAD]`.
    func oneOrMore() -> [Cursor] {
        guard node.list != nil else { return [self] }
        let elements = elements() ?? []
        if elements.isEmpty { mismatch("at least one value") }
        return elements
    }

    /// The entries of a mapping whose keys are names that the operator chose.
    func named() -> [(entry: ConfigMapping.Entry, cursor: Cursor)]? {
        switch node.content {
        case .mapping(let mapping): return mapping.entries.map { ($0, child($0)) }
        case .null: return []
        default:
            mismatch("a mapping of names")
            return nil
        }
    }
}

extension Int {
    /// Sizes up to this one are taken where 0 stands for no bound.
    static var unboundedSize: Int { 1 << 50 }
}

/// What names of listeners, routes, clusters and chains are made of.
enum ConfigName {
    static func isOther(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "-", "_", ".", "/", ":", "[", "]": true
        default: false
        }
    }
}
