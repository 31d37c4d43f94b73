internal import WeirConfig
internal import WeirServer

/// What `weir check` has to say about a file.
struct CheckReport {
    let file: String
    let diagnostics: Diagnostics
    /// Nil when there are errors.
    let configuration: GatewayConfiguration?
    /// The configuration as it would be served, but for what filters open; nil with errors.
    let snapshot: GatewaySnapshot?

    /// Looks at what was loaded, and compiles it as a start would. If `provisions` is set, filters
    /// open what they need, too, and let go of it again.
    init(file: String, _ loaded: LoadedConfiguration, provisions: Bool) {
        self.file = file
        var problems: [Diagnostic] = []
        var snapshot: GatewaySnapshot?
        if let configuration = loaded.configuration {
            do {
                snapshot = try SnapshotCompiler.rehearse(configuration)
            } catch {
                let known = (error as? SnapshotCompiler.Failure)?.diagnostic
                problems.append(
                    known ?? Diagnostic(file: file, mark: .start, message: "\(error)"))
            }
            if provisions { problems += CheckServices.tryOut(configuration) }
        }
        let isGood = !problems.contains { $0.severity == .error }
        configuration = isGood ? loaded.configuration : nil
        self.snapshot = isGood ? snapshot : nil
        diagnostics = loaded.diagnostics(with: problems)
    }

    /// Whether the file can be used; under `strict` without any doubt.
    func isGood(strict: Bool) -> Bool {
        configuration != nil && (!strict || diagnostics.items.isEmpty)
    }

    /// How many problems there are, or nil when there are none.
    func verdict(isGood: Bool) -> String? {
        guard !diagnostics.items.isEmpty else { return nil }
        let errors = diagnostics.errors.count
        let warnings = diagnostics.warnings.count
        let counts = [
            errors > 0 ? Layout.count(errors, "error") : nil,
            warnings > 0 ? Layout.count(warnings, "warning") : nil,
        ].compactMap(\.self).joined(separator: ", ")
        return isGood ? "\(counts); the file can be used" : "\(counts); the file is refused"
    }

    // MARK: Text

    /// What the file describes, and which safe defaults it loosens.
    var summary: String? {
        guard let configuration else { return nil }
        var parts = ["\(file): \(counts(configuration).map { Layout.count($1, $0) }.list)"]
        parts.append(
            Layout.columns(
                configuration.listeners.flatMap { listener in
                    let connection = listener.connection.map(\.name).joined(separator: ", ")
                    let own = [
                        "listener \(listener.name)", "\(listener.address)",
                        (connection.isEmpty ? "" : "\(connection); ") + listener.served.summary,
                    ]
                    return [own]
                        + listener.serverNames.map { entry in
                            let names = entry.names.map(\.description).joined(separator: ", ")
                            return ["", "  " + names, entry.served.summary]
                        }
                }, indent: 2))
        if configuration.unsafeSettings.isEmpty {
            parts.append("Every safe default holds: no `unsafe-` setting is in use.")
        } else {
            parts.append("Safe defaults that this file loosens:")
            parts.append(
                Layout.columns(
                    configuration.unsafeSettings.map {
                        ["\(file):\($0.mark)", "\($0.path): \($0.value)"]
                    }, indent: 2))
        }
        return parts.joined(separator: "\n")
    }

    private func counts(_ configuration: GatewayConfiguration) -> [(String, Int)] {
        [
            ("listener", configuration.listeners.count),
            ("route", configuration.routeTables.reduce(0) { $0 + $1.routes.count }),
            ("cluster", configuration.clusters.count),
            ("filter", Set(configuration.filters.map(\.name)).count),
        ]
    }

    // MARK: JSON

    /// The same for machines. The names of fields stay as they are.
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
            (
                "listeners",
                .list(
                    configuration.listeners.map { listener in
                        .object(
                            [
                                ("name", .text(listener.name)),
                                ("address", .text("\(listener.address)")),
                                ("connection", .list(listener.connection.map { .text($0.name) })),
                            ] + listener.served.rendered + [
                                (
                                    "server-names",
                                    .list(
                                        listener.serverNames.map { entry in
                                            .object(
                                                [
                                                    (
                                                        "names",
                                                        .list(entry.names.map { .text("\($0)") })
                                                    )
                                                ]
                                                    + entry.served.rendered)
                                        })
                                )
                            ])
                    })
            ),
            ("routes", .number(counts(configuration)[1].1)),
            ("clusters", .list(configuration.clusters.map { .text($0.name) })),
            ("filters", .list(Set(configuration.filters.map(\.name)).sorted().map { .text($0) })),
        ])
    }
}

extension ServedRoutes {
    /// How much there is, in a line.
    fileprivate var summary: String {
        let names = chain.filters.map(\.name)
        return "\(Layout.count(routes.routes.count, "route")); filters: "
            + (names.isEmpty ? "none" : names.joined(separator: ", "))
    }

    /// The same for machines.
    fileprivate var rendered: [(String, Rendered)] {
        [
            ("filters", .list(chain.filters.map { .text($0.name) })),
            ("routes", .number(routes.routes.count)),
        ]
    }
}

extension [String] {
    /// `a, b and c`
    var list: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
