internal import Synchronization
internal import WeirBase
internal import WeirConfig
internal import WeirFilter

extension LocalResponse {
    /// A plain-text answer of the admin interface.
    static func text(
        _ status: Int, _ body: String, type: ByteString = "text/plain; charset=utf-8"
    ) -> LocalResponse {
        LocalResponse(
            status: status, cause: "admin",
            headers: [("content-type", type)],
            body: ByteString(body))
    }

    /// A JSON answer of the admin interface.
    static func json(_ status: Int, _ body: Rendered) -> LocalResponse {
        LocalResponse(
            status: status, cause: "admin", headers: [("content-type", "application/json")],
            body: ByteString(body.json(indent: 2) + "\n"))
    }
}

/// Waits for the reports of all workers.
final class Gathering<Report: Sendable>: Sendable {
    private let reports = Mutex<[Report]>([])
    private let expected: Int
    private let done: @Sendable ([Report]) -> Void

    init(expected: Int, done: @escaping @Sendable ([Report]) -> Void) {
        self.expected = expected
        self.done = done
    }

    func add(_ report: Report) {
        let all = reports.withLock { reports in
            reports.append(report)
            return reports.count == expected ? reports : nil
        }
        if let all { done(all) }
    }
}

/// `/clusters`: what the workers have together.
enum ClustersPage {
    static func render(_ reports: [WorkerReport]) -> Rendered {
        let names = reports.first?.clusters.map(\.name) ?? []
        var byName: [String: [WorkerReport.Cluster]] = [:]
        for cluster in reports.flatMap(\.clusters) {
            byName[cluster.name, default: []].append(cluster)
        }
        return .list(names.map { name in object(name, byName[name] ?? []) })
    }

    private static func object(_ name: String, _ parts: [WorkerReport.Cluster]) -> Rendered {
        func sum(_ value: (WorkerReport.Cluster) -> Int) -> Rendered {
            .number(parts.reduce(0) { $0 + value($1) })
        }
        let endpoints = (parts.first?.endpoints ?? []).map { endpoint -> Rendered in
            let same = parts.flatMap(\.endpoints).filter { $0.name == endpoint.name }
            return .object([
                ("address", .text(endpoint.name)), ("weight", .number(endpoint.weight)),
                ("active", .number(same.reduce(0) { $0 + $1.active })),
                ("open", .number(same.reduce(0) { $0 + $1.open })),
            ])
        }
        return .object([
            ("name", .text(name)), ("open", sum(\.open)), ("idle", sum(\.idle)),
            ("pending", sum(\.pending)), ("connected", sum { Int($0.connected) }),
            ("connect_failed", sum { Int($0.connectFailed) }),
            ("unsettled", sum { Int($0.handshakeFailed) }),
            ("reused", sum { Int($0.reused) }), ("overflowed", sum { Int($0.overflowed) }),
            ("shared", sum(\.shared)), ("streams", sum(\.streams)),
            ("endpoints", .list(endpoints)),
        ])
    }
}

extension Gateway {
    /// `/listeners`: names, addresses, and what they serve.
    var listenersPage: Rendered {
        let bound = Dictionary(
            addresses.map { ($0.name, "\($0.address)") }, uniquingKeysWith: { first, _ in first })
        return .list(
            (snapshot?.listeners ?? []).map { listener in
                .object([
                    ("name", .text(listener.name)),
                    ("address", .text(bound[listener.name] ?? "")),
                    ("routes", .number(listener.routes.routes.count)),
                    ("filters", .list(listener.fallback.chain.links.map { .text($0.name) })),
                ])
            })
    }

    /// `/routes`: every route in order, or those whose path comes near `?near=PATH`.
    func routesPage(query: String) -> Rendered {
        let near = query.split(separator: "&").first { $0.hasPrefix("near=") }?.dropFirst(5)
        var found: [(distance: Int, page: Rendered)] = []
        for listener in configuration.listeners {
            for (index, route) in listener.routes.routes.enumerated() {
                let pattern = route.match.path.description
                let distance = near.map {
                    NearestName.distance(Array($0.utf8), Array(pattern.utf8))
                }
                let filters = listener.chain(forRouteAt: index).filters
                let page = Rendered.object([
                    ("listener", .text(listener.name)), ("route", .text(route.name)),
                    ("hosts", .list(route.match.hosts.map { .text("\($0)") })),
                    ("path", .text(pattern)), ("filters", .list(filters.map { .text($0.name) })),
                ])
                found.append((distance ?? 0, page))
            }
        }
        if near != nil { found = Array(found.sorted { $0.distance < $1.distance }.prefix(10)) }
        return .list(found.map(\.page))
    }
}
