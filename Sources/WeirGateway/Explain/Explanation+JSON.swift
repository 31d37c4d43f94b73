internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRouting

/// The explanation for machines. Names of fields stay as they are; new ones may come.
extension Explanation {
    var rendered: Rendered {
        var fields: [(String, Rendered)] = [
            ("file", .text(file)),
            (
                "request",
                .object([
                    ("method", .text(sketch.method)), ("url", .text(sketch.url)),
                    ("head", .text(head)), ("peer", peer.map { .text("\($0)") } ?? .null),
                ])
            ),
            (
                "listener",
                .object([
                    ("name", .text(listener.name)), ("address", .text("\(listener.address)")),
                    ("at", listener.mark.rendered), ("reason", .text(listenerReason)),
                    ("server-name", serverName.map { .text($0) } ?? .null),
                    ("server-names-at", serverNames?.mark.rendered ?? .null),
                ])
            ),
        ]
        switch result {
        case .refused(let refusal):
            fields.append(("outcome", .text("refused")))
            fields.append(
                (
                    "refused",
                    .object([
                        ("status", .number(refusal.status)), ("cause", .text(refusal.cause)),
                        (
                            "meaning",
                            RefusalMeaning.text(refusal.cause).map { .text($0) } ?? .null
                        ),
                    ])
                ))
        case .routed(let routed): fields += self.fields(of: routed)
        }
        fields.append(("notes", .list(notes.map { .text($0) })))
        return .object(fields)
    }

    private func fields(of routed: Routed) -> [(String, Rendered)] {
        let outcome: String
        switch routed.action {
        case .forward: outcome = "forward"
        case .answer(let kind, _): outcome = kind
        }
        return [
            ("outcome", .text(outcome)),
            ("path", .text(routed.path)),
            ("query", routed.query.map { .text($0) } ?? .null),
            ("authority", .text(routed.authority)),
            ("client", routed.client.map { .text("\($0)") } ?? .null),
            ("route", routed.route.map { route($0, routed) } ?? .null),
            ("candidates", .list(routed.candidates.map { candidate($0.route, $0.outcome) })),
            ("filters", .list(routed.filters.map(\.rendered))),
            ("limits", limits(routed)),
            ("timeouts", timeouts(routed)),
            routed.action.rendered,
        ]
    }

    private func route(_ route: RouteConfiguration, _ routed: Routed) -> Rendered {
        .object([
            ("name", .text(route.name)), ("at", route.mark.rendered),
            ("match", .text(route.match.summary)),
            ("captures", .object(routed.captures.map { ($0.name, .text($0.value)) })),
        ])
    }

    private func candidate(
        _ route: RouteConfiguration, _ outcome: RouteCandidate.Outcome
    ) -> Rendered {
        let name: String
        var reasons: [Rendered] = []
        switch outcome {
        case .taken: name = "taken"
        case .outranked: name = "outranked"
        case .missed(let mismatches):
            name = "missed"
            reasons = mismatches.map { .text("\($0)") }
        }
        return .object([
            ("route", .text(route.name)), ("at", route.mark.rendered), ("outcome", .text(name)),
            ("reasons", .list(reasons)),
        ])
    }

    private func limits(_ routed: Routed) -> Rendered {
        .object([
            ("body-bytes", routed.bodyLimit.map { .number(Int(clamping: $0)) } ?? .null),
            ("header-bytes", .number(listener.limits.headerBytes)),
            ("header-count", .number(listener.limits.headerCount)),
            ("target-bytes", .number(listener.limits.targetBytes)),
        ])
    }

    private func timeouts(_ routed: Routed) -> Rendered {
        .object([
            ("route", routed.timeout.map { .text("\(ConfigDuration($0))") } ?? .null),
            ("header", .text("\(ConfigDuration(listener.timeouts.header))")),
            ("body-idle", .text("\(ConfigDuration(listener.timeouts.bodyIdle))")),
            ("write-idle", .text("\(ConfigDuration(listener.timeouts.writeIdle))")),
        ])
    }
}

extension Explanation.Action {
    fileprivate var rendered: (String, Rendered) {
        switch self {
        case .forward(let forwarding):
            (
                "forward",
                .object([
                    ("method", .text(forwarding.method)), ("path", .text(forwarding.path)),
                    ("query", forwarding.query.map { .text($0) } ?? .null),
                    ("authority", .text(forwarding.authority)),
                    ("head", .text(forwarding.head)),
                    ("clusters", .list(forwarding.clusters.map { Self.cluster($0, $1) })),
                ])
            )
        case .answer(_, let response):
            (
                "answer",
                .object([
                    ("status", .number(response.status)), ("cause", .text("\(response.cause)")),
                    (
                        "headers",
                        .object(response.headers.map { ("\($0.0)", .text("\($0.1)")) })
                    ),
                    ("body", .text("\(response.body)")),
                ])
            )
        }
    }

    private static func cluster(_ cluster: ClusterConfiguration, _ share: Double) -> Rendered {
        .object([
            ("name", .text(cluster.name)), ("at", cluster.mark.rendered),
            ("share", .text("\(Percentage(share))")), ("balance", .text(cluster.balance.rawValue)),
            ("connect-timeout", .text("\(ConfigDuration(cluster.connectTimeout))")),
            (
                "endpoints",
                .list(
                    cluster.endpoints.map { endpoint in
                        .object([
                            ("address", .text("\(endpoint)")), ("weight", .number(endpoint.weight)),
                        ])
                    })
            ),
        ])
    }
}

extension ExplainedFilter {
    fileprivate var rendered: Rendered {
        var fields: [(String, Rendered)] = [
            ("name", .text(name)), ("at", mark.rendered),
            ("route-at", routeMark.map(\.rendered) ?? .null),
        ]
        switch state {
        case .offInChain: fields.append(("state", .text("off-in-chain")))
        case .offOnRoute: fields.append(("state", .text("off-on-route")))
        case .on(let phases, let settings, let says):
            fields.append(("state", .text("on")))
            fields.append(("phases", .list(phases.map { .text($0) })))
            fields.append(("says", .list(says.map { .text($0) })))
            fields.append(
                (
                    "settings",
                    .list(
                        settings.map { setting in
                            .object([
                                ("path", .text(setting.path)), ("value", .text(setting.value)),
                                ("from", .text(setting.origin.rawValue)),
                                ("at", setting.mark.map(\.rendered) ?? .null),
                            ])
                        })
                ))
        }
        return .object(fields)
    }
}

extension SourceMark {
    /// A place in the file.
    fileprivate var rendered: Rendered {
        .object([("line", .number(line)), ("column", .number(column))])
    }
}
