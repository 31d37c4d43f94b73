internal import WeirBase

extension GatewayLoader {
    func match(_ cursor: Cursor) -> RouteMatch {
        guard let reader = ObjectReader(cursor, ConfigurationReference.match) else {
            return .everything
        }
        let hosts = (reader.field("host")?.oneOrMore() ?? []).compactMap {
            $0.pattern(HostPattern.parse)
        }
        return RouteMatch(
            // A star beside other hosts makes them superfluous, but says the same.
            hosts: hosts.contains(.any) ? [] : hosts, path: path(reader),
            methods: (reader.field("method")?.oneOrMore() ?? []).compactMap(method),
            headers: headers(reader.field("headers")), query: query(reader.field("query")))
    }

    private func path(_ reader: ObjectReader) -> PathPattern {
        let path = reader.field("path")
        guard let regex = reader.field("regex") else {
            return path.flatMap { $0.pattern(PathPattern.parse) } ?? .any
        }
        if path != nil {
            regex.report("`path` says already which paths", expected: "one of path, regex")
        }
        return self.regex(regex).map { .regex($0) } ?? .any
    }

    private func regex(_ cursor: Cursor) -> String? {
        guard let pattern = cursor.string() else { return nil }
        if let problem = checkRegex(pattern) {
            cursor.report("`\(pattern)` is no regular expression: \(problem)")
            return nil
        }
        return pattern
    }

    private func method(_ cursor: Cursor) -> String? {
        guard let text = cursor.string() else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy(\.isToken) else {
            cursor.mismatch("a method such as GET")
            return nil
        }
        let upper = text.uppercased()
        // Methods are case-sensitive: `get` would match no request that anyone sends.
        if text != upper, !Method.isOther(upper) {
            cursor.report("no request has the method `\(text)`", suggestion: upper)
            return nil
        }
        return text
    }

    private func headers(_ cursor: Cursor?) -> [HeaderMatch] {
        (cursor?.named() ?? []).compactMap { entry, child in
            guard let name = child.headerName(entry), let value = value(child) else { return nil }
            return HeaderMatch(name: name, value: value)
        }
    }

    private func query(_ cursor: Cursor?) -> [QueryMatch] {
        (cursor?.named() ?? []).compactMap { entry, child in
            value(child).map { QueryMatch(name: entry.key, value: $0) }
        }
    }

    private static let valueKeys = ConfigurationReference.valueMatch.keys

    /// What a field or parameter must be: text, or a mapping with one condition.
    private func value(_ cursor: Cursor) -> ValueMatch? {
        if let text = cursor.node.text { return .exact(text) }
        guard cursor.node.mapping != nil else {
            cursor.mismatch("a value, or one of " + Self.valueKeys.joined(separator: ", "))
            return nil
        }
        guard let reader = ObjectReader(cursor, Self.valueKeys) else { return nil }
        let given = Self.valueKeys.compactMap { key in reader.field(key).map { (key, $0) } }
        guard given.count == 1, let (key, field) = given.first else {
            cursor.report(
                given.isEmpty ? "no condition is given" : "several conditions are given",
                expected: "one of " + Self.valueKeys.joined(separator: ", "))
            return nil
        }
        switch key {
        case "exact": return field.string().map { .exact($0) }
        case "prefix": return field.string().map { .prefix($0) }
        case "suffix": return field.string().map { .suffix($0) }
        case "contains": return field.string().map { .contains($0) }
        case "regex": return regex(field).map { .regex($0) }
        default: return field.flag().map { .present($0) }
        }
    }
}

extension Method {
    fileprivate static func isOther(_ name: String) -> Bool {
        Method(ByteString(name).span) == .other
    }
}
