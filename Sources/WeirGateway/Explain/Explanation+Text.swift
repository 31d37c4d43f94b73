internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRouting

/// The explanation as a story for people.
extension Explanation {
    var text: String {
        var rows: [(String, String)] = []
        rows.append(("Request", "\(sketch.method) \(sketch.url) from \(peerText)"))
        rows.append(
            (
                "Listener",
                "\(listener.name) at \(listener.address) (\(place(listener.mark))), "
                    + listenerReason + serverNameText
            ))
        switch result {
        case .refused(let refusal): rows += refusal.rows
        case .routed(let routed):
            rows.append(("Path", pathText(routed)))
            if routed.client != peer, let client = routed.client {
                rows.append(("Client", "\(client), as trusted hops say"))
            }
            rows.append(("Route", routeText(routed)))
            if let others = othersText(routed) { rows.append(("", others)) }
            rows.append(("Filters", filtersText(routed.filters)))
            rows.append(("Limits", limitsText(routed)))
            rows.append(("Timeouts", timeoutsText(routed)))
            rows += actionRows(routed)
        }
        rows += notes.map { ("Note", $0) }
        return rows.map { label, text in
            let padded = label + String(repeating: " ", count: Self.margin - label.count)
            return padded + Layout.indented(text, by: Self.margin).dropFirst(Self.margin)
        }.joined(separator: "\n")
    }

    private static let margin = 10
    fileprivate static let room = Layout.width - margin

    /// `gateway.yaml:12:5`
    private func place(_ mark: SourceMark) -> String { "\(file):\(mark)" }

    private var serverNameText: String {
        if listener.serverNames.isEmpty { return "" }
        guard let serverName else {
            return "\nno server name: the listener's own filters and routes"
        }
        let whose = serverNames.map { "those of \(place($0.mark))" } ?? "the listener's own"
        return "\nserver name \(serverName): filters and routes are \(whose)"
    }

    private var peerText: String { peer.map { "\($0)" } ?? "a Unix socket" }

    private func pathText(_ routed: Routed) -> String {
        let raw = String(sketch.target.prefix { $0 != "?" })
        let query = routed.query.map { "; query \($0)" } ?? ""
        if raw == routed.path { return "\(raw)\(query), canonical as it came" }
        return "\(raw) becomes \(routed.path)\(query)\n"
            + "That is what routes, filters and the upstream see."
    }

    // MARK: Route

    private func routeText(_ routed: Routed) -> String {
        guard let route = routed.route else {
            return "none of \(Layout.count(served.routes.routes.count, "route")) matches"
        }
        var lines = ["\(route.name) (\(place(route.mark))) takes it: \(route.match.summary)"]
        lines += routed.captures.map { "\($0.name) = \($0.value)" }
        return lines.joined(separator: "\n")
    }

    private func othersText(_ routed: Routed) -> String? {
        let others = routed.candidates.filter { $0.outcome != .taken }
        guard !others.isEmpty else { return nil }
        let rows = others.map { other in
            [other.route.name, "line \(other.route.mark.line)", other.outcome.reason]
        }
        let title = routed.route == nil ? "The nearest:" : "Not taken, the nearest first:"
        return "\(title)\n" + Layout.columns(rows, indent: 2, width: Self.room)
    }

    // MARK: Filters

    private func filtersText(_ filters: [ExplainedFilter]) -> String {
        if filters.isEmpty { return "none" }
        var number = 0
        return filters.map { filter in
            switch filter.state {
            case .offInChain: return "-  \(filter.name) is off in the chain (\(place(filter.mark)))"
            case .offOnRoute:
                let mark = filter.routeMark ?? filter.mark
                return "-  \(filter.name) is off on this route (\(place(mark)))"
            case .on(let phases, let settings, let says):
                number += 1
                var lines = ["\(number). \(filter.name) (\(place(filter.mark)))"]
                lines.append(
                    "   \(phases.isEmpty ? "does nothing" : phases.joined(separator: ", "))")
                lines += says.map { "   > " + Layout.wrap($0, hanging: 5, width: Self.room) }
                if let mark = filter.routeMark {
                    lines.append("   the route's settings (\(place(mark))) \(filter.meaning)")
                }
                return (lines + settingsLines(settings)).joined(separator: "\n")
            }
        }.joined(separator: "\n")
    }

    /// What the file says, each with its place; then the defaults, which are many, in short.
    private func settingsLines(_ settings: [EffectiveSetting]) -> [String] {
        let rows = settings.compactMap { setting in
            setting.mark.map { mark in
                [
                    setting.path.isEmpty ? "(value)" : setting.path, setting.value,
                    "\(setting.origin.rawValue), line \(mark.line)",
                ]
            }
        }
        let defaults = Self.defaults(settings.filter { $0.mark == nil })
        var lines: [String] = []
        if !rows.isEmpty { lines.append(Layout.columns(rows, indent: 5, width: Self.room)) }
        if !defaults.isEmpty {
            let text = "by default: " + defaults.joined(separator: ", ")
            lines.append("     " + Layout.wrap(text, hanging: 7, width: Self.room))
        }
        return lines
    }

    /// Fields of a condition that ask for nothing are many, and are told of once.
    private static func defaults(_ settings: [EffectiveSetting]) -> [String] {
        var texts: [String] = []
        for setting in settings {
            let group = setting.path.prefix { $0 != "." }
            let isCondition = setting.value == "any" && group.count < setting.path.count
            let text = isCondition ? "\(group).* any" : "\(setting.path) \(setting.value)"
            if texts.last != text { texts.append(text) }
        }
        return texts
    }

    // MARK: Bounds

    private func limitsText(_ routed: Routed) -> String {
        let limits = listener.limits
        let body = routed.bodyLimit.map { "\(ConfigSize(Int(clamping: $0)))" } ?? "without bound"
        let origin = routed.route.map { " (the \($0.bodyLimit == nil ? "listener" : "route")'s)" }
        return "body \(body)\(origin ?? ""); "
            + "head \(ConfigSize(limits.headerBytes)), \(limits.headerCount) fields, "
            + "target \(ConfigSize(limits.targetBytes))"
    }

    private func timeoutsText(_ routed: Routed) -> String {
        let whole = routed.timeout.map { "\(ConfigDuration($0)) for the response's head" }
        return "\(whole ?? "none for the response's head (unsafe-no-timeout)"); "
            + "\(ConfigDuration(listener.timeouts.header)) for the head, "
            + "\(ConfigDuration(listener.timeouts.bodyIdle)) between pieces of the body"
    }

    // MARK: Action

    private func actionRows(_ routed: Routed) -> [(String, String)] {
        switch routed.action {
        case .forward(let forwarding):
            return [
                ("Upstream", clustersText(forwarding)),
                (
                    "Sent on",
                    forwarding.head.replacing("\r\n", with: "\n").trimmingSuffix
                        + (routed.filters.isEmpty ? "" : "\n(before the filters' own changes)")
                ),
            ]
        case .answer(_, let response):
            var lines = ["\(response.status), cause \(response.cause)"]
            lines += response.headers.map { "\($0.0): \($0.1)" }
            if !response.body.isEmpty {
                lines += ["", response.body.description.trimmingSuffix]
            }
            return [("Answer", lines.joined(separator: "\n"))]
        }
    }

    private func clustersText(_ forwarding: Forwarding) -> String {
        forwarding.clusters.map { cluster, share in
            let part = forwarding.clusters.count > 1 ? "\(Percentage(share)) to " : ""
            let endpoints = cluster.endpoints.map { endpoint in
                ["\(endpoint)", cluster.endpoints.count > 1 ? "weight \(endpoint.weight)" : ""]
            }
            return """
                \(part)\(cluster.name) (\(place(cluster.mark))), \(cluster.balance.rawValue); \
                \(ConfigDuration(cluster.connectTimeout)) to connect, \
                \(ConfigDuration(cluster.timeouts.responseIdle)) between pieces of the response
                \(Layout.columns(endpoints, indent: 2, width: Self.room))
                """
        }.joined(separator: "\n")
    }
}

extension Explanation.Refusal {
    fileprivate var rows: [(String, String)] {
        var lines = ["\(status), cause \(cause); no route and no upstream sees it"]
        if let meaning = RefusalMeaning.text(cause) {
            lines.append(Layout.wrap(meaning, hanging: 0, width: Explanation.room))
        }
        return [("Refused", lines.joined(separator: "\n"))]
    }
}

extension ExplainedFilter {
    /// What the route's settings do to those of the chain.
    fileprivate var meaning: String {
        if isOffInChain { return "switch it on" }
        return override == .merge ? "are laid over the chain's" : "replace the chain's"
    }
}

extension RouteCandidate.Outcome {
    /// Why it is so, for people.
    var reason: String {
        switch self {
        case .taken: "takes the request"
        case .outranked: "matches too, but is less specific or comes later"
        case .missed(let reasons): reasons.map(\.description).joined(separator: "; ")
        }
    }
}

extension String {
    /// Without the ends of lines at the end.
    var trimmingSuffix: String {
        var text = self
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
