import Foundation
import Testing
import WeirLiveTesting

/// API keys at work in the command, with keys as `weir api-key new` makes them.
@Suite struct ApiKeyTests {
    /// A key and its line for the file.
    func key(_ name: String) throws -> (key: String, line: String) {
        let made = try CommandResult.of(try Repository.binary(), "api-key", "new", name)
        let lines = made.output.split(separator: "\n").map(String.init)
        try #require(made.status == 0 && lines.count == 2, "\(made.errors)")
        return (
            String(lines[0].dropFirst("key:".count)).trimmingCharacters(in: .whitespaces),
            String(lines[1].dropFirst("line:".count)).trimmingCharacters(in: .whitespaces)
        )
    }

    @Test func keysOfAFileAreFollowed() throws {
        let acme = try key("acme")
        let zeta = try key("zeta")
        let folder = try TemporaryFolder()
        try folder.write(acme.line + "\n", to: "keys")
        let origin = try Origin(answering: { _ in Answer.ok("") })
        let gateway = try Gateway(to: origin) {
            $0.filters =
                "[{api-key: {file: '\(folder.path)/keys', from: [header:x-api-key, query:key], "
                + "client-header: x-client}}]"
            $0.routes = ["match: {path: /open}, to: origin, filters: {api-key: off}"]
        }
        #expect(try Curl(gateway, "/open").status == 200)
        let refused = try Curl(gateway, "/")
        #expect(refused.status == 401 && refused.cause == "api_key_missing")
        #expect(refused["www-authenticate"] == "ApiKey realm=\"api\"")
        #expect(try Curl(gateway, "/", "-H", "x-api-key: guess").cause == "api_key_unknown")
        let conflicting = try Curl(gateway, "/?key=\(acme.key)", "-H", "x-api-key: x")
        #expect(conflicting.cause == "api_key_conflicting")
        #expect(origin.requests.count == 1)

        #expect(
            try Curl(gateway, "/a?b=1&key=\(acme.key)&c", "-H", "x-client: root").status == 200)
        let seen = try #require(origin.requests.last)
        #expect(seen.target == "/a?b=1&c")
        #expect(seen.all("x-client") == ["acme"])
        #expect(seen["x-api-key"] == nil)

        // The file is replaced while the gateway runs.
        #expect(try Curl(gateway, "/", "-H", "x-api-key: \(zeta.key)").status == 401)
        try folder.write("no keys", to: "keys")
        try eventually("the bad file is noticed") {
            gateway.log.contains("stays in use: line 1")
        }
        #expect(try Curl(gateway, "/", "-H", "x-api-key: \(acme.key)").status == 200)
        try folder.write(zeta.line + "\n", to: "keys")
        try eventually("the new key counts") {
            try Curl(gateway, "/", "-H", "x-api-key: \(zeta.key)").status == 200
        }
        #expect(try Curl(gateway, "/", "-H", "x-api-key: \(acme.key)").status == 401)
        #expect(try gateway.metric("weir_api_key_requests_total", "conflicting") == 1)
        #expect(try gateway.metric("weir_api_key_requests_total", "accepted") == 3)
        #expect(try gateway.metric("weir_api_key_keys") == 1)
    }
}
