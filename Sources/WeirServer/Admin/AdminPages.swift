internal import Synchronization
internal import WeirBase
internal import WeirConfig
internal import WeirFilter

extension LocalResponse {
    /// A plain-text answer of the admin interface.
    static func text(_ status: Int, _ body: String) -> LocalResponse {
        LocalResponse(
            status: status, cause: "admin",
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: ByteString(body))
    }

    /// A JSON answer of the admin interface.
    static func json(_ status: Int, _ body: String) -> LocalResponse {
        LocalResponse(
            status: status, cause: "admin", headers: [("content-type", "application/json")],
            body: ByteString(body))
    }
}

/// Waits for the reports of all workers.
final class Gathering: Sendable {
    private let reports = Mutex<[WorkerReport]>([])
    private let expected: Int
    private let done: @Sendable ([WorkerReport]) -> Void

    init(expected: Int, done: @escaping @Sendable ([WorkerReport]) -> Void) {
        self.expected = expected
        self.done = done
    }

    func add(_ report: WorkerReport) {
        let all = reports.withLock { reports in
            reports.append(report)
            return reports.count == expected ? reports : nil
        }
        if let all { done(all) }
    }
}

/// Just enough JSON for the admin pages.
enum JSONText {
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(quote($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    static func array(_ elements: [String]) -> String {
        elements.isEmpty ? "[]\n" : "[\n  " + elements.joined(separator: ",\n  ") + "\n]\n"
    }
}

/// `/clusters`: what the workers have together.
enum ClustersPage {
    static func render(_ reports: [WorkerReport]) -> String {
        let names = reports.first?.clusters.map(\.name) ?? []
        var byName: [String: [WorkerReport.Cluster]] = [:]
        for cluster in reports.flatMap(\.clusters) {
            byName[cluster.name, default: []].append(cluster)
        }
        return JSONText.array(names.map { name in object(name, byName[name] ?? []) })
    }

    private static func object(_ name: String, _ parts: [WorkerReport.Cluster]) -> String {
        func sum(_ value: (WorkerReport.Cluster) -> Int) -> String {
            "\(parts.reduce(0) { $0 + value($1) })"
        }
        let endpoints = (parts.first?.endpoints ?? []).map { endpoint in
            let same = parts.flatMap(\.endpoints).filter { $0.name == endpoint.name }
            return JSONText.object([
                ("address", JSONText.quote(endpoint.name)), ("weight", "\(endpoint.weight)"),
                ("active", "\(same.reduce(0) { $0 + $1.active })"),
                ("open", "\(same.reduce(0) { $0 + $1.open })"),
            ])
        }
        return JSONText.object([
            ("name", JSONText.quote(name)), ("open", sum(\.open)), ("idle", sum(\.idle)),
            ("pending", sum(\.pending)), ("connected", sum { Int($0.connected) }),
            ("connect_failed", sum { Int($0.connectFailed) }),
            ("reused", sum { Int($0.reused) }), ("overflowed", sum { Int($0.overflowed) }),
            ("endpoints", "[" + endpoints.joined(separator: ", ") + "]"),
        ])
    }
}

extension Gateway {
    /// `/listeners`: names, addresses, and what they serve.
    var listenersPage: String {
        let bound = Dictionary(
            addresses.map { ($0.name, "\($0.address)") }, uniquingKeysWith: { first, _ in first })
        return JSONText.array(
            (snapshot?.listeners ?? []).map { listener in
                JSONText.object([
                    ("name", JSONText.quote(listener.name)),
                    ("address", JSONText.quote(bound[listener.name] ?? "")),
                    ("routes", "\(listener.routes.routes.count)"),
                    ("filters", Self.names(of: listener.fallback.chain)),
                ])
            })
    }

    /// `/routes`: every route in order, or those whose path comes near `?near=PATH`.
    func routesPage(query: String) -> String {
        let near = query.split(separator: "&").first { $0.hasPrefix("near=") }?.dropFirst(5)
        var found: [(distance: Int, text: String)] = []
        for listener in configuration.listeners {
            for (index, route) in listener.routes.routes.enumerated() {
                let pattern = route.match.path.description
                let distance = near.map { Self.distance(String($0), pattern) } ?? 0
                let object = JSONText.object([
                    ("listener", JSONText.quote(listener.name)),
                    ("route", JSONText.quote(route.name)),
                    (
                        "hosts",
                        "["
                            + route.match.hosts.map { JSONText.quote("\($0)") }
                            .joined(separator: ", ") + "]"
                    ),
                    ("path", JSONText.quote(pattern)),
                    (
                        "filters",
                        "["
                            + listener.chain(forRouteAt: index).filters
                            .map { JSONText.quote($0.name) }.joined(separator: ", ") + "]"
                    ),
                ])
                found.append((distance, object))
            }
        }
        if near != nil { found = Array(found.sorted { $0.distance < $1.distance }.prefix(10)) }
        return JSONText.array(found.map(\.text))
    }

    private static func names(of chain: WeirFilter.FilterChain) -> String {
        "[" + chain.links.map { JSONText.quote($0.name) }.joined(separator: ", ") + "]"
    }

    /// How many edits turn one text into the other.
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, byte) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let change = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
