internal import WeirBase

/// One record of `POST /tap` as a story for people.
struct LiveStory {
    private let record: JSONValue

    init(_ record: JSONValue) { self.record = record }

    private static let margin = 10
    private static let room = Layout.width - margin

    var text: String {
        var rows: [(String, String)] = [
            ("Request", requestText), ("Listener", placeText), ("Client", clientText),
            ("Filters", filtersText),
        ]
        if let upstream = record["upstream"], upstream != .null {
            rows.append(("Upstream", upstreamText(upstream)))
            if let sent = upstream["request"], sent != .null {
                rows.append(("Sent on", Self.head(sent, Self.requestLine(sent))))
            }
        }
        rows.append(("Response", responseText))
        return rows.map { label, text in
            let padded = label + String(repeating: " ", count: Self.margin - label.count)
            let clean = Self.clean(text)
            return padded + Layout.indented(clean, by: Self.margin).dropFirst(Self.margin)
        }.joined(separator: "\n")
    }

    /// Bytes from outside must not steer the terminal.
    private static func clean(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
            let isFormat = scalar.properties.generalCategory == .format
            scalars.append(isControl || isFormat ? "\u{FFFD}" : scalar)
        }
        return String(scalars)
    }

    // MARK: Request

    private var requestText: String {
        guard let request = record["request"] else { return "" }
        let time = record["time"]?.string ?? ""
        return Self.head(request, "\(Self.requestLine(request)) at \(time)")
    }

    private static func requestLine(_ head: JSONValue) -> String {
        let parts = ["scheme", "authority", "path"].map { head[$0]?.string ?? "" }
        return "\(head["method"]?.string ?? "") \(parts[0])://\(parts[1])\(parts[2])"
    }

    private static func head(_ head: JSONValue, _ line: String) -> String {
        let fields = (head["fields"]?.array ?? []).map { field in
            let name = field["name"]?.string ?? ""
            return Layout.wrap("\(name): \(field["value"]?.string ?? "")", hanging: 2, width: room)
        }
        let omitted = head["omitted-fields"]?.whole ?? 0
        return ([line] + fields + (omitted > 0 ? ["… and \(omitted) more fields"] : []))
            .joined(separator: "\n")
    }

    private var placeText: String {
        let route = record["route"]?.string.map { "route \($0)" } ?? "no route"
        return "\(record["listener"]?.string ?? ""), \(route), "
            + "worker \(record["worker"]?.whole ?? 0)"
    }

    private var clientText: String {
        let client = record["client"]
        let peer = client?["peer"]?.string ?? "a Unix socket"
        let address = client?["address"]?.string ?? peer
        var text = address == peer ? address : "\(address), by way of \(peer)"
        if let version = client?["tls"]?.string { text += ", \(version)" }
        let identities = client?["identities"]?.array ?? []
        return ([text] + identities.map(Self.identity)).joined(separator: "\n")
    }

    private static func identity(_ identity: JSONValue) -> String {
        "is \(identity["name"]?.string ?? "") by \(identity["source"]?.string ?? "")"
    }

    // MARK: Filters

    private var filtersText: String {
        let filters = record["filters"]?.array ?? []
        if filters.isEmpty { return "none" }
        var lines: [String] = []
        var phase = ""
        for step in record["steps"]?.array ?? [] {
            let next = step["phase"]?.string ?? ""
            if next != phase { lines.append(next) }
            phase = next
            lines += LiveStep(step).lines(width: Self.room)
        }
        if let omitted = record["omitted-steps"]?.whole, omitted > 0 {
            lines.append("… and \(omitted) more calls")
        }
        return (lines + idleLines(filters)).joined(separator: "\n")
    }

    /// Filters that had nothing to do with the request, and why.
    private func idleLines(_ filters: [JSONValue]) -> [String] {
        let called = Set((record["steps"]?.array ?? []).compactMap { $0["position"]?.whole })
        var unreached: [String] = []
        var uncalled: [String] = []
        for (position, filter) in filters.enumerated() where !called.contains(position) {
            let name = "\(position + 1). \(filter["name"]?.string ?? "")"
            if filter["reached"] == .bool(true) {
                uncalled.append(name)
            } else {
                unreached.append(name)
            }
        }
        return [("not reached", unreached), ("had nothing to do", uncalled)]
            .filter { !$0.1.isEmpty }
            .map { Layout.wrap("\($0): \($1.joined(separator: ", "))", hanging: 2) }
    }

    // MARK: What came of it

    private func upstreamText(_ upstream: JSONValue) -> String {
        let cluster = upstream["cluster"]?.string ?? ""
        guard let endpoint = upstream["endpoint"]?.string else { return "\(cluster), no endpoint" }
        var parts = ["\(cluster) at \(endpoint)"]
        let attempts = upstream["attempts"]?.whole ?? 1
        if attempts > 1 { parts.append("attempt \(attempts)") }
        for (name, what) in [("connected-us", "connected"), ("answered-us", "answered")] {
            if let time = upstream[name]?.whole, time > 0 {
                parts.append("\(what) after \(LiveStep.time(time * 1000))")
            }
        }
        return parts.joined(separator: ", ")
    }

    private var responseText: String {
        let took = LiveStep.time((record["duration-us"]?.whole ?? 0) * 1000)
        let bytes =
            "\(record["request-bytes"]?.whole ?? 0) bytes in, "
            + "\(record["response-bytes"]?.whole ?? 0) out, \(took)"
        var line: String
        if record["ended"] == .bool(false) {
            line = "under way for \(took); this is what has happened so far"
        } else if let status = record["status"]?.whole, status > 0 {
            line = "\(status), \(bytes)"
        } else {
            line = "none, \(bytes)"
        }
        if let answer = record["answer"], answer != .null {
            let who = answer["filter"]?.string.map { "the filter \($0)" } ?? "the gateway"
            line += "\nby \(who), cause \(answer["cause"]?.string ?? "")"
        } else if let cause = record["cause"]?.string {
            line += "\ncause \(cause)"
        }
        if let code = record["grpc-status"]?.whole { line += "\ngRPC status \(code)" }
        guard let response = record["response"], response != .null else { return line }
        return Self.head(response, line)
    }
}

extension JSONValue {
    /// The number, if it is a whole one.
    var whole: Int? {
        if case .integer(let value) = self { Int(value) } else { nil }
    }
}
