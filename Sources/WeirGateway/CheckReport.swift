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

    /// How many of each kind of part there are.
    func counts(_ configuration: GatewayConfiguration) -> [(String, Int)] {
        [
            ("listener", configuration.listeners.count),
            ("route", configuration.routeTables.reduce(0) { $0 + $1.routes.count }),
            ("cluster", configuration.clusters.count),
            ("filter", Set(configuration.filters.map(\.name)).count),
        ]
    }
}

extension ServedRoutes {
    /// How much there is, in a line.
    fileprivate var summary: String {
        let names = chain.filters.map(\.name)
        return "\(Layout.count(routes.routes.count, "route")); filters: "
            + (names.isEmpty ? "none" : names.joined(separator: ", "))
    }
}

extension [String] {
    /// `a, b and c`
    var list: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
