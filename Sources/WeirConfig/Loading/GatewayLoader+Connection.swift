internal import WeirFilter

extension GatewayLoader {
    /// `connection` of a listener or a cluster.
    func connection(_ cursor: Cursor?, on side: ConnectionSide) -> [FilterEntry] {
        guard let cursor, let elements = cursor.elements() else { return [] }
        let before = context.problems.count
        var entries: [FilterEntry] = []
        for element in elements {
            guard let (name, configured, mark) = named(element) else { continue }
            guard let type = connectionType(name, element, at: mark) else { continue }
            guard !configured.isOff else {
                configured.report(
                    "`off` keeps a place for routes to fill, which have no say here",
                    expected: "settings, or no entry")
                continue
            }
            let key = FilterKey(name: name, chain: configured.node.mark, route: nil)
            guard
                let entry = entry(
                    key, type, configured, chainNode: configured.node, routeNode: nil)
            else { continue }
            if entries.contains(where: { $0.name == name }) {
                element.report("`\(name)` stands twice under `connection`", at: mark)
            }
            validate(entry, on: side, configured)
            entries.append(entry)
        }
        if context.problems.count == before { checkOrder(entries, cursor) }
        return entries
    }

    private func connectionType(
        _ name: String, _ cursor: Cursor, at mark: SourceMark
    ) -> FilterType? {
        guard let type = registry[name] else {
            if hasLostPlugin { return nil }
            let names = registry.values.filter { $0.seam != .http }.map(\.name)
            cursor.unknown("connection filter", name, valid: names, at: mark)
            return nil
        }
        guard type.seam != .http else {
            cursor.report(
                "`\(name)` is an HTTP filter", expected: "it under `filters`", at: mark)
            return nil
        }
        return type
    }

    /// Asks a connection filter or codec about each place where it stands, as an alias may put one
    /// on both sides.
    private func validate(_ entry: FilterEntry, on side: ConnectionSide, _ cursor: Cursor) {
        do {
            switch entry.factory {
            case let filter as any ConnectionFilterFactory: try filter.validate(for: side)
            case let codec as any CodecFactory: try codec.validate(for: side)
            default: break
            }
        } catch {
            cursor.report(error, decoding: Never.self)
        }
    }

    /// Codecs read what the connection filters leave, so they come last.
    private func checkOrder(_ entries: [FilterEntry], _ cursor: Cursor) {
        guard let codec = entries.firstIndex(where: { $0.type.seam == .codec }) else { return }
        for entry in entries[codec...] where entry.type.seam == .connection {
            cursor.report(
                "`\(entry.name)` stands behind the codec `\(entries[codec].name)`",
                expected: "connection filters before codecs", at: entry.mark)
        }
    }

    /// An entry of a list of filters: a bare name, or one name with settings. Nil, and noted, for
    /// anything else.
    func named(_ element: Cursor) -> (name: String, configured: Cursor, mark: SourceMark)? {
        switch element.node.content {
        case .text(let name):
            // A bare name is a filter without settings.
            let empty = Cursor(
                node: ConfigNode(.null, element.node.mark), path: element.path, context: context)
            return (name, empty, element.node.mark)
        case .mapping(let mapping) where mapping.entries.count == 1:
            let entry = mapping.entries[0]
            return (entry.key, element.child(entry), entry.keyMark)
        case .mapping(let mapping) where mapping.entries.count > 1:
            let names = mapping.entries.map(\.key).joined(separator: ", ")
            element.report(
                "one entry of the chain names several filters: \(names)",
                expected: "one filter per entry; its settings are indented below its name")
        default:
            element.mismatch("a filter's name, or `name: {…}` with its settings")
        }
        return nil
    }
}
