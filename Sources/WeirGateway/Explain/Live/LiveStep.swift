internal import WeirBase

/// What a filter did in one call, or with one body, as lines for people.
struct LiveStep {
    private let step: JSONValue

    init(_ step: JSONValue) { self.step = step }

    func lines(width: Int) -> [String] {
        let name = "\((step["position"]?.whole ?? 0) + 1). \(step["filter"]?.string ?? "")"
        let padding = String(repeating: " ", count: max(1, 22 - name.count))
        var facts = [verdict]
        if let bytesIn = step["bytes-in"]?.whole, let bytesOut = step["bytes-out"]?.whole {
            let calls = Layout.count(step["calls"]?.whole ?? 0, "call")
            let bytes = bytesIn == bytesOut ? "" : ", \(bytesOut) out"
            facts.append("\(calls), \(bytesIn) bytes in\(bytes)")
        }
        facts.append("took \(Self.time(step["took-ns"]?.whole ?? 0))")
        var lines = ["  \(name)\(padding)\(facts.joined(separator: "; "))"]
        for identity in step["identified"]?.array ?? [] {
            lines.append("     > the client is \(identity["name"]?.string ?? "")")
        }
        for change in step["changes"]?.array ?? [] {
            lines.append("     " + Layout.wrap(Self.change(change), hanging: 7, width: width))
        }
        if let omitted = step["omitted-changes"]?.whole {
            lines.append("     … and \(omitted) more changes")
        }
        return lines
    }

    private var verdict: String {
        var text = step["verdict"]?.string ?? ""
        if let detail = step["detail"]?.string { text += " \(detail)" }
        guard let pauses = step["pauses"]?.whole else { return text }
        if pauses > 1 { text += " (\(pauses) times)" }
        text += ", waited \(Self.time((step["waited-us"]?.whole ?? 0) * 1000))"
        guard let end = step["pause-end"]?.string else { return text + " and still waits" }
        return text + (end == "abandoned" ? ", then abandoned" : ", then \(end)")
    }

    private static func change(_ change: JSONValue) -> String {
        let name = change["name"]?.string ?? ""
        let old = change["old"]?.string
        let new = change["new"]?.string
        switch change["change"]?.string {
        case "added": return "+ \(name): \(new ?? "")"
        case "removed": return "- \(name): \(old ?? "")"
        default:
            guard let old, let new else { return "~ \(name): changed (redacted)" }
            return "~ \(name): \(old) → \(new)"
        }
    }

    /// A length of time for people: `850 ns`, `7.3 µs`, `120.4 ms`, `1.2 s`.
    static func time(_ nanoseconds: Int) -> String {
        let units: [(size: Int, name: String)] = [
            (1_000_000_000, "s"), (1_000_000, "ms"), (1000, "µs"),
        ]
        guard let unit = units.first(where: { nanoseconds >= $0.size }) else {
            return "\(nanoseconds) ns"
        }
        let tenths = nanoseconds / (unit.size / 10)
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }
}
