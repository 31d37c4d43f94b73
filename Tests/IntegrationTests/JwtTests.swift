import Foundation
import Testing
import WeirLiveTesting

/// The `jwt` filter before a provider that others have written: OpenSSL makes the keys, PyJWT
/// signs, Python's `http.server` serves the key set, curl is the client.
@Suite struct JwtTests {
    /// An identity provider whose keys and tokens outlive its server.
    private final class Provider {
        let folder: TemporaryFolder
        private var process: Subprocess?

        init(_ keys: String...) throws {
            folder = try TemporaryFolder()
            try publish(keys)
            try start()
        }

        var port: String { folder.read("port") }

        /// How often it was asked.
        var calls: Int { folder.read("calls").split(separator: "\n").count }

        func publish(_ keys: [String]) throws { _ = try run(["publish", folder.path] + keys) }

        private func run(_ arguments: [String]) throws -> String {
            let result = try Python.run("identity_provider.py", arguments)
            guard result.status == 0 else { throw HarnessError(result.errors) }
            return result.output
        }

        /// Tokens with these claims, as JSON.
        func tokens(_ key: String, _ algorithm: String, _ claims: [String]) throws -> [String] {
            try run(["token", folder.path, key, algorithm] + claims).split(separator: "\n")
                .map(String.init)
        }

        func token(_ key: String, _ algorithm: String, _ changes: [String: Any] = [:]) throws
            -> String
        {
            try tokens(key, algorithm, [JwtTests.claims(changes)])[0]
        }

        /// Starts it, at the port that it had before.
        func start() throws {
            let path = "\(Repository.root)/Tests/IntegrationTests/Scripts/identity_provider.py"
            let last = port
            let process = try Subprocess(
                Python.command(path) + ["serve", folder.path] + (last.isEmpty ? [] : [last]),
                writingTo: folder, name: "provider")
            self.process = process
            try eventually("the provider listens", within: .seconds(30)) {
                if let status = process.status {
                    throw HarnessError(
                        "the provider ended with \(status): \(folder.read("provider.err"))")
                }
                let port = UInt16(folder.read("port")) ?? 0
                return (try? Socket.connect(to: .ip("127.0.0.1", port))) != nil
            }
        }

        func kill() throws {
            process?.signal(SIGKILL)
            _ = try process?.wait(within: patience)
        }
    }

    fileprivate static func claims(_ changes: [String: Any] = [:]) -> String {
        let now = Int(Date().timeIntervalSince1970)
        var claims: [String: Any] = [
            "iss": "https://id.test", "sub": "alice", "aud": "shop", "iat": now, "exp": now + 600,
            "org": ["id": "acme"], "jti": UUID().uuidString,
        ]
        for (name, value) in changes { claims[name] = value is NSNull ? nil : value }
        let data = try? JSONSerialization.data(withJSONObject: claims)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// A gateway that trusts the provider, before an origin that says what it got.
    private func gateway(
        _ provider: Provider, jwks: String = "", _ more: String = "",
        _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> Gateway {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                let fields = request.fields.map { "\($0.name): \($0.value)" }
                try connection.send(Answer.ok(fields.joined(separator: "\n")))
            }
        }
        return try Gateway(to: origin) {
            $0.filters =
                "[{jwt: {issuer: \"https://id.test\", audiences: [shop], jwks: {cluster: idp, "
                + "path: /jwks.json, host: id.test\(jwks)}, forward: strip, claims-to-headers: "
                + "{x-user: sub, x-org: org.id}\(more)}}]"
            $0.clusters = ["idp: {endpoints: [\"127.0.0.1:\(provider.port)\"]}"]
            change(&$0)
        }
    }

    /// What curl gets: status and body.
    private func curl(
        _ gateway: Gateway, _ token: String?, _ fields: String..., target: String = "/"
    ) throws -> (status: Int, cause: String, body: String) {
        var command = ["curl", "-sS", "--max-time", "20", "-i"]
        if let token { command += ["-H", "Authorization: Bearer \(token)"] }
        for field in fields { command += ["-H", field] }
        let result = try CommandResult.of(command + ["http://\(gateway.address())\(target)"])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let text = result.output.replacingOccurrences(of: "\r\n", with: "\n")
        let parts = text.components(separatedBy: "\n\n")
        let lines = parts[0].split(separator: "\n")
        let cause = lines.first { $0.hasPrefix("x-weir-cause: ") }?.dropFirst(14) ?? ""
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        return (status, String(cause), parts.dropFirst().joined(separator: "\n\n"))
    }

    private func tokens(_ gateway: Gateway, _ outcome: String) throws -> Double {
        try gateway.metric("weir_jwt_tokens_total", "outcome=\"\(outcome)\"")
    }

    @Test(arguments: [
        ("rsa-1", "RS256"), ("rsa-1", "RS512"), ("rsa-1", "PS256"), ("rsa-1", "PS384"),
        ("ec-1", "ES256"), ("ed-1", "EdDSA"),
    ])
    func tokensOfAnotherLibraryPass(_ key: String, _ algorithm: String) throws {
        let provider = try Provider("rsa-1", "ec-1", "ed-1")
        let gateway = try gateway(provider)
        let token = try provider.token(key, algorithm)
        for _ in 0..<3 {
            let answer = try curl(gateway, token, "X-User: root", "x_org: evil")
            #expect(answer.status == 200, "\(answer)")
            let fields = answer.body.lowercased().split(separator: "\n")
            #expect(fields.filter { $0.contains("user:") } == ["x-user: alice"])
            #expect(fields.filter { $0.contains("org:") } == ["x-org: acme"])
            #expect(!fields.contains { $0.hasPrefix("authorization") })
        }
        let known = try tokens(gateway, "valid") + tokens(gateway, "cached")
        #expect(known == 3)
        #expect(try gateway.metric("weir_jwt_cached_tokens") >= 1)
        #expect(provider.calls == 1)
        #expect(provider.folder.read("calls") == "id.test /jwks.json\n")
    }

    @Test func othersAreRefused() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(provider)
        let now = Int(Date().timeIntervalSince1970)
        let good = try provider.token("ec-1", "ES256")
        #expect(try curl(gateway, nil).cause == "jwt_missing")
        #expect(try curl(gateway, "x" + good).cause == "jwt_malformed")
        #expect(try curl(gateway, good, "Authorization: Bearer \(good)").status == 400)
        for (changes, cause) in [
            (["exp": now - 61], "jwt_expired"), (["exp": NSNull()], "jwt_invalid"),
            (["nbf": now + 90], "jwt_invalid"), (["aud": "other"], "jwt_invalid"),
            (["iss": "https://evil.test"], "jwt_invalid"),
        ] as [([String: Any], String)] {
            let answer = try curl(gateway, provider.token("ec-1", "ES256", changes))
            #expect(answer.status == 401 && answer.cause == cause, "\(changes): \(answer)")
        }
        // A key of the same kind that the provider has not published.
        let foreign = try provider.token("ec-2", "ES256")
        #expect(try curl(gateway, foreign).cause == "jwt_invalid")
        #expect(try curl(gateway, good).status == 200)
        #expect(provider.calls == 1)
    }

    @Test func keysRotateWhileRequestsAreServed() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(provider, jwks: ", refetch-interval: 100ms")
        let old = try provider.token("ec-1", "ES256")
        #expect(try curl(gateway, old).status == 200)
        try provider.publish(["ec-1", "ed-2"])
        #expect(try curl(gateway, provider.token("ed-2", "EdDSA")).status == 200)
        #expect(try curl(gateway, old).status == 200)
        #expect(provider.calls == 2)
        try provider.publish(["ec-3"])
        #expect(try curl(gateway, provider.token("ec-3", "ES256")).status == 200)
        // What the keys that have gone had verified is good no more.
        #expect(try curl(gateway, old).cause == "jwt_invalid")
        #expect(try gateway.metric("weir_jwt_key_fetches_total", "fetched") <= 4)
    }

    /// A hundred requests at once with a key that nobody knows yet: one fetch.
    @Test func manyRequestsWaitForOneFetch() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(provider, jwks: ", refetch-interval: 2s, timeout: 20s")
        #expect(try curl(gateway, provider.token("ec-1", "ES256")).status == 200)
        try provider.publish(["ec-1", "ec-2"])
        try provider.folder.write("1", to: "delay")
        let tokens = try provider.tokens(
            "ec-2", "ES256", (0..<100).map { _ in Self.claims() })
        var lines: [String] = []
        for token in tokens {
            lines += [
                "next", "url = \"http://\(try gateway.address())/\"", "output = \"/dev/null\"",
                "header = \"Authorization: Bearer \(token)\"",
                "write-out = \"%{http_code}\\n\"",
            ]
        }
        try provider.folder.write(lines.dropFirst().joined(separator: "\n"), to: "curl")
        // The gap between two fetches is over before the first of them asks.
        try eventually("a fetch may begin") {
            try gateway.metric("weir_jwt_keys_age_seconds") > 2.1
        }
        let result = try CommandResult.of(
            "curl", "-sS", "--max-time", "25", "--parallel", "--parallel-immediate",
            "--parallel-max", "100", "-K", "\(provider.folder.path)/curl")
        #expect(
            result.output.split(separator: "\n").map(String.init)
                == Array(repeating: "200", count: 100))
        #expect(provider.calls == 2)
    }

    @Test func keysOutliveTheirProviderForAGrace() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(
            provider, jwks: ", cache: 1s, stale-grace: 4s, refresh-ahead: 0s, timeout: 1s")
        #expect(try curl(gateway, provider.token("ec-1", "ES256")).status == 200)
        try provider.kill()
        try eventually("fetches fail") {
            try gateway.metric("weir_jwt_key_fetches_total", "failed") >= 1
        }
        // Old keys verify new tokens.
        #expect(try curl(gateway, provider.token("ec-1", "ES256")).status == 200)
        #expect(gateway.log.contains("those fetched before stay"))
        try eventually("the grace is over") {
            try curl(gateway, provider.token("ec-1", "ES256")).cause == "jwt_keys_unavailable"
        }
        try provider.start()
        try eventually("there are keys again", within: .seconds(40)) {
            try curl(gateway, provider.token("ec-1", "ES256")).status == 200
        }
    }

    @Test func aFileOfKeysIsFollowed() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(provider) {
            $0.filters =
                "[{jwt: {issuer: \"https://id.test\", jwks: {file: "
                + "\(provider.folder.path)/jwks.json}}}]"
        }
        let (old, new) = (
            try provider.token("ec-1", "ES256"), try provider.token("ed-2", "EdDSA")
        )
        #expect(try curl(gateway, old).status == 200)
        #expect(try curl(gateway, new).cause == "jwt_invalid")
        try provider.publish(["ed-2"])
        try eventually("the new keys are used") { try curl(gateway, new).status == 200 }
        #expect(try curl(gateway, old).cause == "jwt_invalid")
        try provider.folder.write("broken", to: "jwks.json")
        try eventually("the log says so") { gateway.log.contains("stays in use") }
        #expect(try curl(gateway, new).status == 200)
        #expect(provider.calls == 0)
    }

    @Test func routesAskForMoreOrLess() throws {
        let provider = try Provider("ec-1")
        let gateway = try gateway(provider) {
            $0.routes = [
                "match: {path: /public}, to: origin, filters: {jwt: off}",
                "match: {path: /maybe}, to: origin, filters: {jwt: {optional: true}}",
                "match: {path: /admin}, to: origin, filters: {jwt: {scopes: [admin]}}",
            ]
        }
        #expect(try curl(gateway, nil, target: "/public").status == 200)
        #expect(try curl(gateway, nil, target: "/maybe").status == 200)
        #expect(try curl(gateway, "bad", target: "/maybe").status == 401)
        #expect(try curl(gateway, nil, target: "/admin").status == 401)
        let plain = try provider.token("ec-1", "ES256")
        let admin = try provider.token("ec-1", "ES256", ["scope": "read admin"])
        #expect(try curl(gateway, plain).status == 200)
        #expect(try curl(gateway, plain, target: "/admin").cause == "jwt_forbidden")
        #expect(try curl(gateway, admin, target: "/admin").status == 200)
        // Routes share the keys.
        #expect(provider.calls == 1)
    }
}
