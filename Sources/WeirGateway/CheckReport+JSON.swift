internal import WeirConfig

/// The report for machines. Names of fields stay as they are; new ones may come.
extension CheckReport {
    /// One object, also when the file is refused.
    func rendered(isGood: Bool) -> Rendered {
        var fields: [(String, Rendered)] = [
            ("ok", .flag(isGood)), ("file", .text(file)), ("diagnostics", diagnostics.list),
        ]
        if let configuration {
            fields.append(("summary", summary(configuration)))
            fields.append(
                (
                    "unsafe-settings",
                    .list(
                        configuration.unsafeSettings.map { setting in
                            .object([
                                ("path", .text(setting.path)), ("value", .text(setting.value)),
                                ("line", .number(setting.mark.line)),
                                ("column", .number(setting.mark.column)),
                            ])
                        })
                ))
        }
        return .object(fields)
    }

    private func summary(_ configuration: GatewayConfiguration) -> Rendered {
        .object([
            ("listeners", .list(configuration.listeners.map(\.summary))),
            ("routes", .number(counts(configuration)[1].1)),
            ("clusters", .list(configuration.clusters.map { .text($0.name) })),
            ("filters", .list(Set(configuration.filters.map(\.name)).sorted().map { .text($0) })),
        ])
    }
}

extension ListenerConfiguration {
    fileprivate var summary: Rendered {
        let names = serverNames.map { entry -> Rendered in
            let names = entry.names.map { Rendered.text("\($0)") }
            return .object([("names", .list(names))] + entry.served.rendered)
        }
        let head: [(String, Rendered)] = [
            ("name", .text(name)), ("address", .text("\(address)")),
            ("connection", .list(connection.map { .text($0.name) })),
        ]
        return .object(head + served.rendered + [("server-names", .list(names))])
    }
}

extension ServedRoutes {
    /// What answers, in short.
    fileprivate var rendered: [(String, Rendered)] {
        [
            ("filters", .list(chain.filters.map { .text($0.name) })),
            ("routes", .number(routes.routes.count)),
        ]
    }
}
