internal import WeirBase

extension GatewayLoader {
    func redirect(_ cursor: Cursor, _ match: RouteMatch) -> RouteRedirect {
        let plain = RouteRedirect(
            status: 308, scheme: nil, host: nil, path: nil, keepsQuery: true)
        guard let reader = ObjectReader(cursor, ConfigurationReference.redirect) else {
            return plain
        }
        let redirect = RouteRedirect(
            status: reader.field("status").flatMap(redirectStatus) ?? 308,
            scheme: reader.field("scheme")?.choice(Scheme.self)?.rawValue,
            host: reader.field("host")?.authority(), path: newPath(reader, match),
            keepsQuery: reader.field("keep-query")?.flag() ?? true)
        if reader.names.allSatisfy({ $0 == "status" || $0 == "keep-query" }) {
            cursor.report(
                "the client would be sent to where it is",
                expected: "one of scheme, host, prefix, path")
        }
        return redirect
    }

    private enum Scheme: String, CaseIterable { case http, https }

    private func redirectStatus(_ cursor: Cursor) -> Int? {
        let known = [301, 302, 303, 307, 308]
        if let text = cursor.node.text, let status = Int(scalar: text), known.contains(status) {
            return status
        }
        cursor.mismatch("one of 301, 302, 303, 307, 308")
        return nil
    }

    func response(_ cursor: Cursor) -> RouteResponse {
        guard let reader = ObjectReader(cursor, ConfigurationReference.response) else {
            return RouteResponse(status: 200, body: "", headers: [])
        }
        let headers = (reader.field("headers")?.named() ?? []).compactMap {
            entry, child -> RouteResponse.Field? in
            guard let name = child.headerName(entry), let value = child.headerValue() else {
                return nil
            }
            // The server counts the body; a second opinion would be request smuggling's brother.
            guard ![.contentLength, .transferEncoding, .connection].contains(name.known) else {
                child.report("the gateway sets `\(name)` itself", at: entry.keyMark)
                return nil
            }
            return RouteResponse.Field(name: name, value: value)
        }
        let status = reader.field("status")?.integer(200...599) ?? 200
        let body = reader.field("body")?.string() ?? ""
        if !body.isEmpty, [204, 205, 304].contains(status) {
            reader.field("body")?.report("an answer with status \(status) has no body")
        }
        return RouteResponse(status: status, body: body, headers: headers)
    }

    func rewrite(_ cursor: Cursor, _ match: RouteMatch) -> RouteRewrite {
        guard let reader = ObjectReader(cursor, ConfigurationReference.rewrite) else {
            return .none
        }
        return RouteRewrite(path: newPath(reader, match), host: reader.field("host")?.authority())
    }

    /// `prefix` or `path` of a rewrite or redirect.
    private func newPath(_ reader: ObjectReader, _ match: RouteMatch) -> RouteRewrite.Path? {
        if let prefix = reader.field("prefix") {
            reader.field("path")?.report(
                "`prefix` says already what becomes of the path", expected: "one of prefix, path")
            return newPrefix(prefix, match)
        }
        guard let path = reader.field("path"),
            let template = path.pattern(PathTemplate.parse)
        else { return nil }
        for name in template.names where !captures(match, name) {
            let names = match.path.captureNames
            path.unknown("capture", name, valid: names)
        }
        if template.segments.contains(.tail("")) {
            path.report(
                "`**` stands for nothing in a new path", expected: "a capture such as {rest}")
        }
        return .template(template)
    }

    private func newPrefix(_ cursor: Cursor, _ match: RouteMatch) -> RouteRewrite.Path? {
        guard match.path.hasPrefix else {
            cursor.report(
                "the route's path \(match.path) has no prefix to replace",
                expected: match.path.captureNames.isEmpty
                    ? "a path that ends in `/**`" : "`path` with the captures in it")
            return nil
        }
        guard let template = cursor.pattern(PathTemplate.parse) else { return nil }
        guard template.names.isEmpty, !template.segments.contains(.tail("")) else {
            cursor.mismatch("a plain path; captures stand in `path`")
            return nil
        }
        // What follows begins with a slash, so a slash at the prefix's end would double it.
        var text = template.description
        if text.hasSuffix("/") { text.removeLast() }
        return .prefix(text)
    }

    /// Whether a match captures something under a name. The server knows the groups of a regular
    /// expression, so here any name may be one.
    private func captures(_ match: RouteMatch, _ name: String) -> Bool {
        if case .regex = match.path { return true }
        return match.path.captureNames.contains(name)
    }
}

extension PathPattern {
    /// The names of captures, without those of a regular expression.
    var captureNames: [String] {
        if case .template(let template) = self { return template.names }
        return []
    }

    /// Whether the pattern takes all paths below one place, whose length is known beforehand.
    fileprivate var hasPrefix: Bool {
        switch self {
        case .any, .prefix: true
        case .exact, .regex, .template: false
        }
    }
}
