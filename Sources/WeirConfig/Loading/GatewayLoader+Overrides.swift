internal import WeirFilter

extension GatewayLoader {
    /// `filters` of a route.
    func overrides(_ cursor: Cursor?) -> [FilterOverride] {
        guard let cursor else { return [] }
        guard let named = cursor.named() else { return [] }
        return named.compactMap { entry, child in
            guard httpType(entry.key, child, at: entry.keyMark) != nil else { return nil }
            return FilterOverride(
                name: entry.key,
                change: child.isOff ? .off : .configuration(entry.value), mark: entry.keyMark,
                path: child.path)
        }
    }

    /// The chains that a listener's routes give: one for those that change nothing, one for each
    /// distinct set of changes; and which route has which.
    func effectiveChains(
        _ chain: FilterChain, _ routes: [RouteConfiguration]
    ) -> (chains: [EffectiveChain], indexes: [Int]) {
        let plain =
            plainChains[chain.mark]
            ?? EffectiveChain(filters: chain.filters.compactMap(\.entry))
        plainChains[chain.mark] = plain
        var chains = [plain]
        var known: [[OverrideKey]: Int] = [[]: 0]
        let names = Set(chain.filters.map(\.name))
        let indexes = routes.map { route -> Int in
            if route.overrides.isEmpty { return 0 }
            let active = route.overrides.filter { names.contains($0.name) }
            let key = active.map(OverrideKey.init)
            if let index = known[key] { return index }
            let overrides = Dictionary(uniqueKeysWithValues: active.map { ($0.name, $0) })
            let filters = chain.filters.compactMap { place in
                guard let override = overrides[place.name] else { return place.entry }
                return apply(override, to: place, in: chain)
            }
            chains.append(EffectiveChain(filters: filters))
            known[key] = chains.count - 1
            return chains.count - 1
        }
        return (chains, indexes)
    }

    private func apply(
        _ override: FilterOverride, to place: ChainPlace, in chain: FilterChain
    ) -> FilterEntry? {
        guard case .configuration(let node) = override.change, let type = registry[override.name]
        else { return nil }
        if chain.filters.count(where: { $0.name == override.name }) > 1 {
            context.report(
                "the filter stands more than once in the chain `\(chain.name)`, so it is unclear "
                    + "which one is meant",
                expected: "`off`, which switches all of them off", at: override.mark,
                override.path)
            return nil
        }
        let below = type.routeOverride == .merge ? place.entry?.configurationNode : nil
        let merged = below.map { $0.overlaid(by: node) } ?? node
        let cursor = Cursor(node: merged, path: override.path, context: context)
        let key = FilterKey(name: override.name, chain: below?.mark, route: node.mark)
        return entry(key, type, cursor, chainNode: below, routeNode: node)
    }

    /// Notes overrides of filters that none of the chains before a table has: they would change
    /// nothing.
    func checkOverrides(_ served: [ServedRoutes]) {
        var uses: [(table: RouteTable, chains: [FilterChain])] = []
        for served in served {
            guard let use = uses.firstIndex(where: { $0.table === served.routes }) else {
                uses.append((served.routes, [served.filters]))
                continue
            }
            let names = uses[use].chains.map(\.name)
            if !names.contains(served.filters.name) { uses[use].chains.append(served.filters) }
        }
        for use in uses { checkOverrides(use.table, use.chains) }
    }

    private func checkOverrides(_ table: RouteTable, _ chains: [FilterChain]) {
        let names = Set(chains.flatMap { $0.filters.map(\.name) })
        for route in table.routes {
            for override in route.overrides where !names.contains(override.name) {
                let near = NearestName.find(override.name, in: names)
                let expected =
                    names.isEmpty
                    ? "nothing: no filters are there"
                    : "one of " + names.sorted().joined(separator: ", ")
                let places = chains.map { "`\($0.name)`" }.joined(separator: ", ")
                context.report(
                    "the filter `\(override.name)` stands in no chain that this route passes "
                        + "(\(places))",
                    expected: near == nil ? expected : nil,
                    suggestion: near, at: override.mark, override.path)
            }
        }
    }
}

/// What makes two routes' changes the same: the filters, and where their configuration stands.
struct OverrideKey: Hashable {
    let name: String
    let mark: SourceMark?

    init(_ override: FilterOverride) {
        name = override.name
        switch override.change {
        case .off: mark = nil
        case .configuration(let node): mark = node.mark
        }
    }
}
