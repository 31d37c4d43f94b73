internal import WeirBase

extension GatewayLoader {
    /// The table under a name in `routes`, read on first use; nil when there is none.
    func table(named name: String) -> RouteTable? {
        if let table = tables[name] { return table }
        guard let cursor = tableNodes[name] else { return nil }
        let table = table(name, cursor)
        tables[name] = table
        return table
    }

    func table(_ name: String, _ cursor: Cursor) -> RouteTable {
        var names: [String: SourceMark] = [:]
        var matches: [RouteMatch: SourceMark] = [:]
        let elements = cursor.elements() ?? []
        names.reserveCapacity(elements.count)
        matches.reserveCapacity(elements.count)
        var routes: [RouteConfiguration] = []
        routes.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let reader = ObjectReader(element, ConfigurationReference.route) else { continue }
            let before = context.problems.count
            let route = route(reader, defaultName: "\(name)[\(index)]")
            routes.append(route)
            if let first = names.updateValue(route.mark, forKey: route.name) {
                (reader.field("name") ?? element).report(
                    "a route named `\(route.name)` stands already at line \(first.line)")
            }
            // A match that could not be read says nothing about other routes.
            if context.problems.count > before { continue }
            if let first = matches[route.match] {
                element.report(
                    "this route takes no request: the one at line \(first.line) has the same match",
                    .warning)
            } else {
                matches[route.match] = route.mark
            }
        }
        return RouteTable(name: name, routes: routes, mark: cursor.node.mark)
    }

    private func route(_ reader: ObjectReader, defaultName: String) -> RouteConfiguration {
        let match = reader.field("match").map(self.match) ?? .everything
        let action = self.action(reader, match)
        let rewrite = reader.field("rewrite").map { self.rewrite($0, match) } ?? RouteRewrite.none
        if case .forward = action {
        } else if rewrite != RouteRewrite.none, let field = reader.field("rewrite") {
            field.report("nothing is sent on, so nothing is rewritten", expected: "`to` beside it")
        }
        return RouteConfiguration(
            name: reader.field("name")?.name("route") ?? defaultName,
            mark: reader.cursor.node.mark, match: match, action: action, rewrite: rewrite,
            timeout: timeout(reader),
            bodyLimit: reader.field("body-limit")?.size(0 ... .unboundedSize)
                .map { $0 == 0 ? .max : $0 },
            overrides: overrides(reader.field("filters")))
    }

    private func timeout(_ reader: ObjectReader) -> Interval? {
        let given = reader.field("timeout")
        let isUnbounded: Bool
        if let field = reader.field("unsafe-no-timeout") {
            isUnbounded = field.flag() ?? false
            if isUnbounded { field.noteUnsafe() }
        } else {
            isUnbounded = false
        }
        if isUnbounded, let given {
            given.report("`unsafe-no-timeout` says that there is none", expected: "one of them")
        }
        if isUnbounded { return nil }
        return given.flatMap { $0.duration(.time) } ?? RouteConfiguration.defaultTimeout
    }

    private func action(_ reader: ObjectReader, _ match: RouteMatch) -> RouteAction {
        let actions = ["to", "redirect", "respond"].compactMap { name in
            reader.field(name).map { (name, $0) }
        }
        guard let (name, cursor) = actions.first else {
            reader.cursor.report(
                "the route says nothing of what to do", expected: "one of to, redirect, respond")
            return .forward([])
        }
        if actions.count > 1 {
            let names = actions.map { "`\($0.0)`" }.joined(separator: " and ")
            reader.cursor.report(
                "the route has \(names)", expected: "one of to, redirect, respond",
                at: reader.keyMark(actions[1].0))
        }
        switch name {
        case "to": return .forward(targets(cursor))
        case "redirect": return .redirect(redirect(cursor, match))
        default: return .respond(response(cursor))
        }
    }

    /// `to`: a cluster's name, or a list of clusters with weights.
    private func targets(_ cursor: Cursor) -> [WeightedCluster] {
        if cursor.node.text != nil {
            return cluster(cursor).map { [WeightedCluster(cluster: $0, weight: 1)] } ?? []
        }
        guard let elements = cursor.elements() else { return [] }
        if elements.isEmpty { cursor.mismatch("at least one cluster") }
        let targets = elements.compactMap { element -> WeightedCluster? in
            if element.node.text != nil {
                return cluster(element).map { WeightedCluster(cluster: $0, weight: 1) }
            }
            guard let reader = ObjectReader(element, ConfigurationReference.target) else {
                return nil
            }
            let name = reader.required("cluster").flatMap(cluster)
            let weight = reader.field("weight").map { $0.integer(0...1_000_000) ?? 1 } ?? 1
            return name.map { WeightedCluster(cluster: $0, weight: weight) }
        }
        let isWeightless = targets.allSatisfy { $0.weight == 0 }
        if isWeightless, targets.count == elements.count, !targets.isEmpty {
            cursor.report("all weights are 0", expected: "one above 0")
        }
        return targets
    }

    private func cluster(_ cursor: Cursor) -> String? {
        guard let name = cursor.string() else { return nil }
        if let codec = callClusters[name] {
            cursor.report(
                "`\(name)` speaks \(codec), which carries no requests of clients",
                expected: "a cluster that speaks HTTP")
            return nil
        }
        if clusterNames.contains(name) { return name }
        cursor.unknown("cluster", name, valid: clusterNames)
        return nil
    }
}
