import Foundation
import Testing

/// Every example can be used as it is, without a doubt, and does what its comments say.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct ExampleTests {
    static let folder = Command.root.appending(path: "examples")

    static let files: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test(arguments: files) func isGood(_ name: String) throws {
        // A certificate for development lies beside a copy.
        let place = FileManager.default.temporaryDirectory
            .appending(path: "weir-example-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let file = place.appending(path: name).path
        try FileManager.default.copyItem(
            atPath: Self.folder.appending(path: name).path, toPath: file)
        let made = try Command.run(["cert", "dev"], in: place)
        #expect(made.status == 0, "\(made.errors)")
        let outcome = try Command.run(["check", "--strict", file])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Every safe default holds"))
    }

    @Test func allAreInTheList() throws {
        let list = try String(
            contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        #expect(Self.files.count >= 6)
        for name in Self.files { #expect(list.contains("(\(name))"), "\(name)") }
    }

    @Test(arguments: [
        ("minimal.yaml", ["GET", "/"], "app (", "127.0.0.1:9000"),
        (
            "route-filters.yaml", ["GET", "/users/42"], "users (",
            "{capture:id}"
        ),
        ("route-filters.yaml", ["GET", "/rehearsal/a"], "rehearsal (", "abort.status"),
        ("route-filters.yaml", ["GET", "/health"], "health (", "request-id is off on this route"),
        (
            "access.yaml", ["POST", "/orders", "--client", "203.0.113.9"], "everything (",
            "> rule 2 `no-writes-from-outside` denies, with 403"
        ),
        (
            "access.yaml", ["GET", "/a", "-H", "user-agent: old/1"], "> rule 6 `site` allows",
            "> rule 5 `old-clients` would deny, in shadow"
        ),
        (
            "api.yaml", ["POST", "/", "--identity", "acme", "--claim", "plan=free"],
            "> no rule matches: default deny", "> limit 5-per-minute: 5 per 1m"
        ),
        (
            "api.yaml", ["POST", "/", "--identity", "acme", "--claim", "plan=paid"],
            "everything (", "> rule 2 `writers` allows"
        ),
        ("weighted.yaml", ["GET", "/"], "split (", "90% to stable"),
        ("weighted.yaml", ["GET", "/", "-H", "x-canary: yes"], "on-request (", "canary ("),
        ("answers.yaml", ["GET", "/docs/a?b"], "moved-docs (", "/guide/a?b"),
        (
            "answers.yaml", ["GET", "/user/42?b"], "moved-user (",
            "location: https://accounts.example.com/u/42\n"
        ),
        ("answers.yaml", ["GET", "/v1/orders"], "api (", "GET /orders HTTP/1.1"),
        (
            "websocket.yaml",
            ["GET", "/live", "-H", "Connection: upgrade", "-H", "Upgrade: websocket"], "live (",
            "upgrade: websocket"
        ),
        (
            "edge.yaml",
            ["POST", "http://www.example.com/uploads/a", "-H", "X-Forwarded-For: 203.0.113.7"],
            "uploads (", "203.0.113.7, as trusted hops say"
        ),
        ("edge.yaml", ["GET", "http://example.com//a"], "Refused", "path_duplicate_slash"),
        ("tls.yaml", ["GET", "https://localhost:8443/"], "secure at", "hello over https"),
        ("tls.yaml", ["GET", "http://localhost:8080/"], "https-redirect (", "port  8443"),
        (
            "tls.yaml", ["GET", "http://localhost:8080/.well-known/acme-challenge/a"],
            "https-redirect is off on this route", "no challenge is open"
        ),
    ])
    func does(_ name: String, _ request: [String], _ route: String, _ result: String) throws {
        let file = Self.folder.appending(path: name).path
        let outcome = try Command.run(["explain", file] + request)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(route), "\(outcome.output)")
        #expect(outcome.output.contains(result), "\(outcome.output)")
    }
}
