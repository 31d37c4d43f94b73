internal import WeirBase

extension GatewayLoader {
    /// `server-names` of a listener.
    func serverNames(
        _ cursor: Cursor?, of listener: String, default served: ServedRoutes
    ) -> [ServerNameConfiguration] {
        guard let cursor, let elements = cursor.elements() else { return [] }
        var known: [ServerNameConfiguration.Name: SourceMark] = [:]
        return elements.compactMap { element -> ServerNameConfiguration? in
            guard let reader = ObjectReader(element, ConfigurationReference.serverName) else {
                return nil
            }
            let names = names(reader.required("names", "the server names"), &known)
            let own = "\(listener)/\(names.first.map { "\($0)" } ?? "server-name")"
            return ServerNameConfiguration(
                names: names, mark: element.node.mark,
                served: answering(reader, own, default: served))
        }
    }

    /// What answers for an entry: the listener's, but for what the entry says.
    private func answering(
        _ reader: ObjectReader, _ name: String, default served: ServedRoutes
    ) -> ServedRoutes {
        let filters = reader.field("filters")
        let routes = reader.field("routes")
        if filters == nil && routes == nil { return served }
        return self.served(
            filters.map { chain(of: name, $0) } ?? served.filters,
            routes.map { self.routes(of: name, $0, reader.cursor) } ?? served.routes)
    }

    private func names(
        _ cursor: Cursor?, _ known: inout [ServerNameConfiguration.Name: SourceMark]
    ) -> [ServerNameConfiguration.Name] {
        (cursor?.oneOrMore() ?? []).compactMap { element -> ServerNameConfiguration.Name? in
            guard let name = element.pattern(ServerNameConfiguration.Name.parse) else { return nil }
            if let first = known.updateValue(element.node.mark, forKey: name) {
                element.report("`\(name)` stands already at line \(first.line)")
            }
            return name
        }
    }
}

extension ServerNameConfiguration.Name {
    static func parse(_ text: String) throws(PatternProblem) -> Self {
        if text == "*" {
            throw PatternProblem(
                "a star alone would take every name",
                expected: "names; all others get the listener's own `filters` and `routes`")
        }
        let isWildcard = text.hasPrefix("*.")
        let name = isWildcard ? String(text.dropFirst(2)) : text
        // An address is never sent as a server name (RFC 6066, section 3).
        if HostName.isName(name), IPAddress(name) == nil {
            return isWildcard ? .wildcard(name.lowercased()) : .exact(name.lowercased())
        }
        if name.contains("*") {
            throw PatternProblem(
                "`\(text)` has a star where none may be",
                expected: "a star for the whole first label, as in *.example.com")
        }
        if IPAddress(name) != nil {
            throw PatternProblem(
                "clients send no server name for the address `\(text)`", expected: "a host name")
        }
        throw PatternProblem(
            "`\(text)` is no host name", expected: "a name such as api.example.com")
    }
}
