import Foundation
import Testing
import WeirLiveTesting

/// Filters and routes by server name, and the filters that are about TLS, in the command: asked by
/// curl, over HTTP/1.1 and HTTP/2.
@Suite struct ServerNameTests {
    private struct Reply {
        let status: Int
        let version: String
        let fields: [String: String]
        let body: String
    }

    /// What curl gets for a URL's host and path from a listener. `host` is the Host field, if it is
    /// to differ from the name in the handshake.
    private func get(
        _ gateway: Gateway, _ name: String, _ path: String = "/", host: String? = nil,
        _ options: [String] = []
    ) throws -> Reply {
        let address = try gateway.address()
        let port = try #require("\(address)".split(separator: ":").last)
        var words = [
            "curl", "-si", "--max-time", "10", "--insecure", "--resolve",
            "\(name):\(port):127.0.0.2",
        ]
        if let host { words += ["-H", "host: \(host)"] }
        let result = try CommandResult.of(words + options + ["https://\(name):\(port)\(path)"])
        try #require(result.status == 0, "curl ended with \(result.status): \(gateway.log)")
        let parts = result.output.split(separator: "\r\n\r\n", maxSplits: 1)
        let lines = parts[0].split(separator: "\r\n")
        let first = lines[0].split(separator: " ")
        let fields = lines.dropFirst().map { line in
            let pair = line.split(separator: ":", maxSplits: 1)
            return (pair[0].lowercased(), pair[1].trimmingCharacters(in: .whitespaces))
        }
        return Reply(
            status: Int(first[1]) ?? 0, version: String(first[0]),
            fields: Dictionary(fields) { first, _ in first },
            body: parts.count > 1 ? String(parts[1]) : "")
    }

    private func gateway() throws -> Gateway {
        let certificates = try Certificates.shared.get()
        return try Gateway(to: Origin(answering: Answer.echo)) {
            $0.serveTLS(certificates)
            $0.filters = "[hsts: {max-age: 1h}]"
            $0.routes = ["match: {path: /who}, respond: {body: default}"]
            $0.listener += [
                "server-names:",
                "  - {names: [Admin.example], filters: [ip-access: {deny: [127.0.0.0/8]}]}",
                "  - {names: [\"*.shop.example\"], routes: [{respond: {body: any-shop}}]}",
                "  - names: [big.shop.example]",
                "    filters: [hsts: {include-subdomains: true}]",
                "    routes: [{respond: {body: big-shop}}]",
            ]
        }
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func namesChooseFiltersAndRoutes(_ version: String) throws {
        let gateway = try gateway()
        func get(_ name: String) throws -> Reply {
            try self.get(gateway, name, "/who", [version])
        }
        let other = try get("www.example")
        #expect(other.status == 200 && other.body == "default")
        #expect(other.fields["strict-transport-security"] == "max-age=3600")
        #expect(other.version == (version == "--http2" ? "HTTP/2" : "HTTP/1.1"))
        #expect(try get("admin.example").fields["x-weir-cause"] == "ip_denied")
        #expect(try get("small.shop.example").body == "any-shop")
        // One label, and the exact name first.
        #expect(try get("a.small.shop.example").body == "default")
        let big = try get("BIG.shop.example")
        #expect(big.body == "big-shop")
        #expect(
            big.fields["strict-transport-security"] == "max-age=31536000; includeSubDomains")
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func otherHostsAreMisdirected(_ version: String) throws {
        let gateway = try gateway()
        for (name, host) in [
            ("www.example", "admin.example"), ("admin.example", "www.example"),
            ("a.shop.example", "big.shop.example"),
        ] {
            let reply = try get(gateway, name, "/who", host: host, [version])
            #expect(reply.status == 421, "\(name) \(host)")
            #expect(reply.fields["x-weir-cause"] == "misdirected_request")
        }
        // Two hosts of one part share connections.
        #expect(try get(gateway, "www.example", "/who", host: "x.example", [version]).status == 200)
        let shop = try get(gateway, "a.shop.example", host: "b.shop.example", [version])
        #expect(shop.body == "any-shop")
    }

    @Test func trustedHopsSayHowTheClientCame() throws {
        let gateway = try Gateway(to: Origin(answering: Answer.echo)) {
            $0.listener = ["client-address: {trusted-hops: 1}"]
            $0.filters = "[hsts, https-redirect]"
        }
        let client = try gateway.client()
        let plain = try client.get("/a?b")
        #expect(plain.status == 308 && plain.cause == "https_redirect")
        #expect(plain["strict-transport-security"] == nil)
        let secure = try client.get("/a?b", "x-forwarded-proto: https")
        #expect(secure.status == 200)
        #expect(secure["strict-transport-security"] == "max-age=31536000")
    }
}
