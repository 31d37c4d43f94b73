internal import WeirFilter

extension GatewayLoader {
    /// The chain under a name in `chains`, read on first use; nil, and noted, when there is none.
    func chain(named name: String, at mark: SourceMark) -> FilterChain? {
        if let chain = chains[name] { return chain }
        guard let cursor = chainNodes[name] else { return nil }
        openChains.append(name)
        defer { openChains.removeLast() }
        let chain = FilterChain(name: name, mark: cursor.node.mark, filters: places(cursor))
        chains[name] = chain
        return chain
    }

    /// A listener's `filters`: a chain's name, or the filters themselves.
    func chain(of listener: String, _ cursor: Cursor?) -> FilterChain {
        guard let cursor else { return FilterChain(name: listener, mark: .start, filters: []) }
        if let name = cursor.node.text {
            usedChains.insert(name)
            if let chain = chain(named: name, at: cursor.node.mark) { return chain }
            cursor.unknown("chain", name, valid: chainNodes.keys)
            return FilterChain(name: name, mark: cursor.node.mark, filters: [])
        }
        return FilterChain(name: listener, mark: cursor.node.mark, filters: places(cursor))
    }

    private func places(_ cursor: Cursor) -> [ChainPlace] {
        (cursor.elements() ?? []).flatMap { element in
            guard let (name, configured, mark) = named(element) else { return [ChainPlace]() }
            if name == "chain" && element.node.mapping != nil { return included(configured) }
            return place(name, configured, at: mark)
        }
    }

    /// `{chain: name}` inside a chain.
    private func included(_ cursor: Cursor) -> [ChainPlace] {
        guard let name = cursor.string() else { return [] }
        usedChains.insert(name)
        if openChains.contains(name) {
            let circle = (openChains + [name]).joined(separator: " → ")
            cursor.report("the chain includes itself: \(circle)")
            return []
        }
        if let chain = chain(named: name, at: cursor.node.mark) { return chain.filters }
        cursor.unknown("chain", name, valid: chainNodes.keys)
        return []
    }

    private func place(_ name: String, _ cursor: Cursor, at mark: SourceMark) -> [ChainPlace] {
        guard let type = httpType(name, cursor, at: mark) else { return [] }
        if cursor.isOff { return [ChainPlace(name: name, entry: nil, mark: mark)] }
        let key = FilterKey(name: name, chain: cursor.node.mark, route: nil)
        let entry = entry(key, type, cursor, chainNode: cursor.node, routeNode: nil)
        return [ChainPlace(name: name, entry: entry, mark: mark)]
    }

    /// The HTTP filter of a name; nil, and noted, when there is none.
    func httpType(_ name: String, _ cursor: Cursor, at mark: SourceMark) -> FilterType? {
        guard let type = registry[name] else {
            if hasLostPlugin { return nil }
            let names = registry.values.filter { $0.seam == .http }.map(\.name)
            cursor.unknown("filter", name, valid: names, at: mark)
            return nil
        }
        guard type.seam == .http else {
            cursor.report(
                "`\(name)` works on connections, before HTTP", expected: "it under `connection`",
                at: mark)
            return nil
        }
        return type
    }

    /// The filter of a configuration; nil, and noted, when the filter refuses it.
    func entry(
        _ key: FilterKey, _ type: FilterType, _ cursor: Cursor, chainNode: ConfigNode?,
        routeNode: ConfigNode?
    ) -> FilterEntry? {
        if let known = entries[key] { return known }
        var entry: FilterEntry?
        if let factory = cursor.makeFactory(type) {
            noteUnsafe(cursor)
            let made = FilterEntry(
                type: type, factory: factory, at: cursor, chainNode: chainNode, routeNode: routeNode
            )
            filters.append(made)
            entry = made
        }
        entries[key] = .some(entry)
        return entry
    }

    /// Filters follow the rule that a loosening is called `unsafe-`, so its keys tell them.
    private func noteUnsafe(_ cursor: Cursor) {
        switch cursor.node.content {
        case .mapping(let mapping):
            for entry in mapping.entries {
                let child = cursor.child(entry)
                if entry.key.hasPrefix("unsafe-"), entry.value.text != "false",
                    !context.unsafeSettings.contains(where: { $0.mark == entry.value.mark })
                {
                    child.noteUnsafe()
                }
                noteUnsafe(child)
            }
        case .list(let list):
            for (index, element) in list.enumerated() { noteUnsafe(cursor.child(index, element)) }
        case .null, .text: break
        }
    }
}
