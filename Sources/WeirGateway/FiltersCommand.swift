internal import ArgumentParser
internal import WeirConfig
internal import WeirFilter

/// `weir filters`: what ships, and what a filter can do.
struct FiltersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "filters", abstract: "List the filters, or describe one.",
        discussion: """
            Without a name: every filter of this build with its kind, what it does,
            its status and its security posture. With a name: its phases, how a
            route's settings relate to those of the chain, and its fields with types
            and defaults.

            A filter of the kind `http` stands under `filters` of listeners and
            routes, a `connection` filter or a `codec` under `connection` of
            listeners and clusters.

            With --config, the filters of the plug-ins that a configuration names are
            there too; the rest of that file may have errors. Loading a plug-in runs
            its code.

            Examples:
              weir filters
              weir filters rate-limit
              weir filters --config gateway.yaml hello
              weir filters --json
            """)

    @Argument(help: "The filter to describe.")
    var name: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    @Option(
        help: "A configuration file whose plug-ins' filters are listed too.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    func validate() throws {
        let loaded = Configurations.filters(of: config)
        // What is wrong with the file comes first, and without its filters a name says little.
        guard let name, loaded?.diagnostics.hasErrors != true else { return }
        let known = loaded?.filters ?? GatewayCommand.filters
        guard !known.contains(where: { $0.name == name }) else { return }
        let names = known.map(\.name).sorted()
        let near = NearestName.find(name, in: names).map { "; did you mean `\($0)`?" } ?? "."
        throw ValidationError(
            "there is no filter `\(name)`\(near) There are: \(names.joined(separator: ", "))")
    }

    func run() throws {
        let loaded = Configurations.filters(of: config)
        if let diagnostics = loaded?.diagnostics {
            Configurations.report(diagnostics)
            if diagnostics.hasErrors { throw ExitCode(1) }
        }
        let known = loaded?.filters ?? GatewayCommand.filters
        let filter = known.first { $0.name == name }
        let sorted = known.sorted { $0.name < $1.name }
        switch (filter, json) {
        case (let filter?, true): Terminal.say(filter.renderedWithSchema.json(indent: 2))
        case (let filter?, false): Terminal.say(filter.manual)
        case (nil, true):
            Terminal.say(
                Rendered.object([("filters", .list(sorted.map(\.rendered)))]).json(indent: 2))
        case (nil, false):
            let rows = sorted.map { filter in
                let about = filter.documentation
                return [
                    filter.name, filter.seam.rawValue,
                    "\(about.summary)\n\(about.status.rawValue), \(about.securityPosture.rawValue)",
                ]
            }
            Terminal.say(Layout.columns(rows))
            Terminal.say("\n`weir filters NAME` describes one.")
        }
    }
}

extension FilterType {
    /// Everything that the filter says about itself, for people.
    fileprivate var manual: String {
        let about = documentation
        var parts = ["\(name): \(Layout.wrap(about.summary, hanging: 0))", ""]
        parts.append(Layout.columns(rows))
        parts.append("")
        parts.append(about.fields.isEmpty ? "It has no settings." : "Settings:")
        parts += settings
        parts += ["", "In a file:", Layout.indented(sketch, by: 2)]
        return parts.joined(separator: "\n")
    }

    /// Every field with its type, what it means and, where that is more, what may be written.
    private var settings: [String] {
        let about = documentation
        var places = Dictionary(schema.places.map { ($0.path, $0.field) }) { first, _ in first }
        var parts: [String] = []
        for field in about.fields {
            let kind = field.defaultValue.map { "\(field.type); default \($0)" }
            parts.append("  \(field.name) (\(kind ?? "\(field.type); required"))")
            parts.append("      " + Layout.wrap(field.meaning, hanging: 6))
            let words = places.removeValue(forKey: field.name)?.schema.words
            if field.schema != nil, let words, words != field.type {
                parts.append("      " + Layout.wrap("Takes: \(words)", hanging: 6))
            }
        }
        // Fields of mappings that the documentation explains as a whole.
        for place in schema.places where places[place.path] != nil && isNew(place) {
            let kind = place.field.schema.words + (place.field.isRequired ? "; required" : "")
            parts.append("  " + Layout.wrap("\(place.path) (\(kind))", hanging: 6))
        }
        return parts
    }

    /// Whether nothing else says what may be written there: neither a page on what stands in many
    /// places, nor a field that is the same one level up, as `per` is for `limits.per`.
    private func isNew(_ place: ConfigurationSchema.Place) -> Bool {
        if place.isInner || place.isShared { return false }
        let names = place.path.split(separator: ".").dropFirst()
        return !names.indices.contains { start in
            let rest = names[start...].joined(separator: ".")
            return documentation.fields.contains { (rest + ".").hasPrefix($0.name + ".") }
        }
    }

    /// What can be said in a line each.
    private var rows: [[String]] {
        var rows = [
            ["Kind", seam.meaning], ["Status", documentation.status.rawValue],
            ["Security", documentation.securityPosture.rawValue],
        ]
        if seam == .http {
            rows.append(["Phases", documentation.phases.names.joined(separator: ", ")])
            rows.append(["On a route", routeOverride.meaning])
        }
        if seam == .codec {
            rows.append(["ALPN", applicationProtocol.isEmpty ? "none" : applicationProtocol])
        }
        rows += tools.map { ["Command", "weir \($0.name): \($0.summary)"] }
        return rows
    }

    /// Where the filter stands in a file.
    private var sketch: String {
        if !carriesRequests {
            return """
                clusters:
                  store:
                    connection:
                      - \(name): {…}          # connections to endpoints
                """
        }
        if seam != .http {
            return """
                listeners:
                  - connection:
                      - \(name): {…}          # clients' connections
                clusters:
                  api:
                    connection:
                      - \(name): {…}          # connections to endpoints
                """
        }
        return """
            listeners:
              - filters:
                  - \(name): {…}          # for every request of the listener
            routes:
              public:
                - filters: {\(name): {…}}   # changed for one route, or `\(name): off`
            """
    }

    /// The same for machines.
    fileprivate var renderedWithSchema: Rendered {
        .object(facts + [("schema", GatewaySchema.document(of: self))])
    }

    /// The same without the schema, for a list of many.
    fileprivate var rendered: Rendered { .object(facts) }

    /// The names of fields stay as they are.
    private var facts: [(String, Rendered)] {
        let about = documentation
        return [
            ("name", .text(name)), ("kind", .text(seam.rawValue)),
            ("summary", .text(about.summary)),
            ("status", .text(about.status.rawValue)),
            ("security-posture", .text(about.securityPosture.rawValue)),
            ("phases", .list(about.phases.names.map { .text($0) })),
            ("route-override", seam == .http ? .text(routeOverride.rawValue) : .null),
            ("alpn", seam == .codec ? .text(applicationProtocol) : .null),
            ("commands", .list(tools.map { .text($0.name) })),
            (
                "fields",
                .list(
                    about.fields.map { field in
                        .object([
                            ("name", .text(field.name)), ("type", .text(field.type)),
                            ("default", field.defaultValue.map { .text($0) } ?? .null),
                            ("required", .flag(field.defaultValue == nil)),
                            ("meaning", .text(field.meaning)),
                        ])
                    })
            ),
        ]
    }
}

extension FilterType.Seam {
    /// For people.
    fileprivate var meaning: String {
        switch self {
        case .connection: "connection filter, under `connection` of a listener or a cluster"
        case .codec: "codec, under `connection` of a listener or a cluster"
        case .http: "HTTP filter, under `filters` of a listener or a route"
        }
    }
}

extension RouteOverride {
    /// For people.
    fileprivate var meaning: String {
        switch self {
        case .replace: "replace: what a route says stands instead of all that the chain says"
        case .merge: "merge: what a route says is laid over what the chain says, field by field"
        }
    }
}
