import Foundation
import Testing
import WeirLiveTesting

/// Access rules at work in the command, with clients that people use.
@Suite struct AccessTests {
    private static let rules = """
        [access: {rules: [\
        {name: no-deletes, deny: {methods: DELETE}}, \
        {name: team, allow: {paths: /team/**, headers: {x-team: [red, blue]}}}, \
        {name: inner, allow: {hosts: "*.inner.example", query: {v: "2"}}}, \
        {name: far, deny: {client-addresses: 198.51.100.0/24}, shadow: true}, \
        {name: open, allow: {paths: [/open/**, /a@b]}}]}]
        """

    private func gateway(_ change: (inout Configuration) -> Void = { _ in }) throws -> Gateway {
        try Gateway(to: try Origin(answering: Answer.echo)) {
            $0.filters = Self.rules
            change(&$0)
        }
    }

    @Test func curlIsLetInByRules() throws {
        let gateway = try gateway { $0.listener = ["client-address: {trusted-hops: 1}"] }
        let url = "http://\(try gateway.address())"
        let asked: [(words: [String], status: String)] = [
            (["\(url)/open/a"], "200"),
            (["\(url)/open/a", "-X", "DELETE"], "403"),
            (["\(url)/open/a", "-X", "delete"], "403"),
            (["\(url)/open/../team/a", "--path-as-is"], "403"),
            (["\(url)/team/../open", "--path-as-is"], "200"),
            (["\(url)/%6fpen//a"], "200"),
            (["\(url)/a%40b"], "200"),
            (["\(url)/team/a", "-H", "x-team: red"], "200"),
            (["\(url)/team/a", "-H", "X-Team: green", "-H", "X-Team: blue"], "200"),
            (["\(url)/team/a", "-H", "x-team: green"], "403"),
            (["\(url)/x?v=1&%76=2", "-H", "host: API.inner.example.:81"], "200"),
            (["\(url)/x?v=2", "-H", "host: inner.example"], "403"),
            (["\(url)/open/a", "-H", "x-forwarded-for: 198.51.100.7"], "200"),
        ]
        for (words, status) in asked {
            let result = try CommandResult.of(
                ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}"] + words)
            #expect(result.output == status, "\(words) \(result.errors)")
        }
        func count(
            _ rule: String, _ decision: String, _ mode: String = "enforced"
        ) throws -> Double {
            try gateway.metric(
                "weir_access_decisions_total", "rule=\"\(rule)\"", "decision=\"\(decision)\"",
                "mode=\"\(mode)\"")
        }
        #expect(try count("no-deletes", "deny") == 2)
        #expect(try count("team", "allow") == 2)
        #expect(try count("inner", "allow") == 1)
        #expect(try count("open", "allow") == 5)
        #expect(try count("far", "deny", "shadow") == 1)
        #expect(try count("default", "deny") == 3)
        #expect(try gateway.metric("weir_access_decisions_total") == 14)
    }

    @Test func routesHaveRulesOfTheirOwn() throws {
        let gateway = try gateway {
            $0.routes = [
                "match: {path: /free/**}, to: origin, filters: {access: off}",
                "match: {path: /moved/**}, to: origin, rewrite: {prefix: /open}",
                "match: {path: /hidden/**}, to: origin, filters: {access: "
                    + "{status: 404, rules: [{allow: {headers: {x-key: \"k*\"}}}]}}",
            ]
        }
        let client = try gateway.client()
        #expect(try client.get("/free/a").status == 200)
        // Rules see the path that the client asked for.
        let moved = try client.get("/moved/a")
        #expect(moved.status == 403 && moved.cause == "access_denied")
        #expect(try client.get("/hidden/a").status == 404)
        #expect(try client.get("/hidden/a", "x-key: k1").status == 200)
    }

    @Test func aReloadKeepsCounting() throws {
        let gateway = try gateway()
        let client = try gateway.client()
        #expect(try client.get("/x").status == 403)
        let yaml = gateway.folder.read("weir.yaml")
        try gateway.rewrite(yaml.replacing("/open/**", with: "/x"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("the new rules") { try client.get("/x").status == 200 }
        #expect(try client.get("/open/a").status == 403)
        #expect(try gateway.metric("weir_access_decisions_total", "rule=\"default\"") >= 2)
    }

    @Test func rulesInShadowKeepNobodyOut() throws {
        let gateway = try gateway {
            $0.filters = "[access: {shadow: true, rules: [{name: a, deny: {paths: /a}}]}]"
        }
        let client = try gateway.client()
        #expect(try client.get("/a").status == 200)
        #expect(try client.get("/b").status == 200)
        for rule in ["a", "default"] {
            let count = try gateway.metric(
                "weir_access_decisions_total", "rule=\"\(rule)\"", "mode=\"shadow\"")
            #expect(count == 1)
        }
    }

    /// Certificates of one authority; only those with the right name get in, over both versions of
    /// HTTP.
    @Test(arguments: ["--http1.1", "--http2"])
    func clientCertificates(_ version: String) throws {
        let certificates = try Certificates.shared.get()
        let digest = try digest("client")
        let gateway = try gateway {
            $0.serveTLS(
                certificates,
                more: ["client-certificates: {mode: optional, ca: \(certificates.authority)}"])
            $0.filters = """
                [access: {rules: [\
                {allow: {paths: /subject, certificate: {subject: "CN=client"}}}, \
                {allow: {paths: /dns, certificate: {dns-names: "*.example", \
                uris: "spiffe://example/*"}}}, \
                {allow: {paths: /digest, certificate: {fingerprints: "\(digest)"}}}, \
                {allow: {paths: /any, certificate: {}}}]}]
                """
        }
        let asked: [(name: String?, path: String, status: String)] = [
            ("client", "/subject", "200"), ("client", "/dns", "200"), ("client", "/digest", "200"),
            ("client", "/any", "200"), ("client", "/other", "403"),
            // Another certificate of the same authority.
            ("server", "/subject", "403"), ("server", "/dns", "403"), ("server", "/digest", "403"),
            ("server", "/any", "200"), (nil, "/subject", "403"), (nil, "/any", "403"),
        ]
        for (name, path, status) in asked {
            var words = ["curl", "-sS", version, "--cacert", certificates.authority]
            if let name {
                words += ["--cert", certificates.path("\(name).pem")]
                words += ["--key", certificates.path("\(name).key")]
            }
            words += ["-o", "/dev/null", "-w", "%{http_code}"]
            let result = try CommandResult.of(words + ["https://\(try gateway.address())\(path)"])
            #expect(result.output == status, "\(name ?? "none") \(path) \(result.errors)")
        }
    }

    private func digest(_ name: String) throws -> String {
        let certificates = try Certificates.shared.get()
        let result = try CommandResult.of(
            "openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in",
            certificates.path("\(name).pem"))
        let text = result.output.split(separator: "=").last.map(String.init)
        return (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Who the client is, as the filter before has found it out.
    @Test func clientsAndTheirClaims() throws {
        let gateway = try gateway {
            $0.filters = """
                [api-key: {optional: true, keys: [\
                {name: acme, secret: acme-0123456789abcdef, labels: {plan: gold}}, \
                {name: globex, secret: globex-0123456789abcdef, labels: {plan: free}}]}, \
                access: {challenge: Bearer, rules: [\
                {allow: {paths: /public}}, \
                {allow: {paths: /gold, claims: {plan: gold}}}, \
                {allow: {paths: /globex, clients: globex}}, \
                {deny: {paths: /known, clients: absent}}, \
                {allow: {paths: /known}}]}]
                """
        }
        let client = try gateway.client()
        for (key, path, status) in [
            ("", "/public", 200), ("", "/gold", 401), ("", "/globex", 401), ("", "/known", 401),
            ("", "/other", 403), ("acme", "/gold", 200), ("globex", "/gold", 403),
            ("acme", "/globex", 403), ("globex", "/globex", 200), ("acme", "/known", 200),
        ] {
            let field = key.isEmpty ? "x-no-key: 1" : "x-api-key: \(key)-0123456789abcdef"
            let answer = try client.get(path, field)
            #expect(answer.status == status, "\(key) \(path)")
            #expect((answer["www-authenticate"] == "Bearer") == (status == 401), "\(path)")
            if status == 401 { #expect(answer.cause == "access_unauthenticated") }
        }
    }

    @Test func callersOfGRPCAreToldInTheirWay() throws {
        let gateway = try gateway { $0.filters = "[access: {rules: [], status: 404}]" }
        let answer = try gateway.client().exchange(
            "POST /s/m HTTP/1.1\r\nhost: a.example\r\ncontent-type: application/grpc\r\n"
                + "content-length: 0\r\n\r\n")
        #expect(answer.status == 200 && answer["grpc-status"] == "7")
        #expect(answer.cause == "access_denied")
    }
}
