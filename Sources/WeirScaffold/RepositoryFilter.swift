extension Scaffold {
    /// A filter in Weir's own repository: its folder, and its entries in the lists of filters.
    ///
    /// - Parameter read: gives the text of a file of the repository.
    public static func repositoryFilter(
        _ name: FilterName, isAsync: Bool, reading read: (String) throws(ScaffoldError) -> String
    ) throws(ScaffoldError) -> Scaffold {
        // SwiftPM wants the names of targets to be unique over all packages of a build.
        guard name.text != exampleFilter else {
            throw .name("examples/custom-gateway has a filter `\(name)`; choose another name")
        }
        let filter = FilterSource(name: name, isAsync: isAsync, access: "public ")
        let folder = "filters/\(name)"
        let manifest = Listing(path: "Package.swift", text: try read("Package.swift"))
        let page = Listing(path: filterList, text: try read(filterList))
        var changed = [
            try manifest.adding(
                "    filter(\"\(name)\"),", after: "let shippedFilters = [", prefix: "    filter(\""
            ),
            try page.adding(filter.row, after: "# Filters", prefix: "| ["),
        ]
        if isAsync {
            let causes = Listing(path: causeList, text: try read(causeList))
            changed.append(
                try causes.adding(filter.causeRow, after: "## Filters", prefix: "| `"))
        }
        return Scaffold(
            created: [
                File("\(folder)/Sources/\(name.factory).swift", filter.source),
                File("\(folder)/Tests/\(name.factory)Tests.swift", filter.tests),
                File("\(folder)/README.md", filter.repositoryReadme),
            ], changed: changed)
    }

    private static let filterList = "docs/filters/README.md"
    private static let causeList = "docs/operations/causes.md"
}

/// A file with a list in the order of the alphabet.
private struct Listing {
    let path: String
    let text: String

    /// The file with a line more: after the line `start`, in the first run of lines that begin with
    /// `prefix`, before the first one that is later in the alphabet.
    func adding(
        _ line: String, after start: String, prefix: String
    ) throws(ScaffoldError) -> Scaffold.File {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let heading = lines.firstIndex(of: start[...]),
            let first = lines[heading...].firstIndex(where: { $0.hasPrefix(prefix) })
        else {
            throw .file(path: path, "has no list of filters after `\(start)`")
        }
        let end = lines[first...].firstIndex { !$0.hasPrefix(prefix) && !$0.hasPrefix("     ") }
        let place = lines[first..<(end ?? lines.endIndex)].firstIndex {
            $0.hasPrefix(prefix) && Self.key(of: $0, prefix) > Self.key(of: line[...], prefix)
        }
        lines.insert(line[...], at: place ?? end ?? lines.endIndex)
        return Scaffold.File(path, lines.joined(separator: "\n"))
    }

    /// What a line is sorted by: the name after the prefix.
    private static func key(of line: Substring, _ prefix: String) -> Substring {
        line.dropFirst(prefix.count).prefix { !"\"]`".contains($0) }
    }
}

extension FilterSource {
    /// Its row in the list of filters.
    fileprivate var row: String {
        let answers = isAsync ? "`\(cause)`" : "–"
        return "| [\(name)](../../filters/\(name)/README.md) | \(summary) | \(answers) |"
    }

    /// Its row in the list of causes.
    fileprivate var causeRow: String {
        "| `\(cause)` | 404 | The cluster does not know the host: "
            + "[\(name)](../../filters/\(name)/README.md). |"
    }

    fileprivate var repositoryReadme: String {
        """
        # \(name)

        status: alpha
        security_posture: requires_trusted_downstream_and_upstream

        \(summary)

        ## Example

        ```yaml
        filters:
          - \(name): \(isAsync ? "{cluster: directory}" : "{name: Ada}")
        ```

        ## Fields

        | Field | Type | Default | Meaning |
        |---|---|---|---|
        \(fieldRow)

        ## Behaviour

        \(behaviour)

        ## On routes

        A route's configuration replaces that of the chain. `\(name): off` leaves the
        route's exchanges as they are.

        ## Metrics and causes

        \(causes)

        """
    }

    private var fieldRow: String {
        isAsync
            ? "| `cluster` | cluster | – | Whom to ask. |"
            : "| `name` | text | `world` | Whom to greet. |"
    }

    private var behaviour: String {
        guard isAsync else {
            return """
                - The field `\(header)` of the response is set; one from the upstream is replaced.
                - It keeps no state.
                """
        }
        return """
            - Asks for `/hosts/HOST`. The body of a 200 is set as the field `\(header)` of the
              request and of the response; any other answer, or a body with control bytes, ends the
              request with 404.
            - When there is no answer, the request ends with 500.
            """
    }

    private var causes: String {
        let counts = "`weir_filter_verdicts_total{filter=\"\(name)\"}` counts what it decides. "
        guard isAsync else { return counts + "It never answers." }
        return counts + "It answers with\nthe cause `\(cause)`."
    }
}
