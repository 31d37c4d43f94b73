import Foundation
import Testing
import WeirLiveTesting

/// What the gateway says about itself and the client, and what it keeps from the next hop.
@Suite struct ForwardingTests {
    @Test func whatAClientClaimsIsReplaced() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        _ = try gateway.client().get(
            "/", "x-forwarded-for: 6.6.6.6", "x-forwarded-for: 7.7.7.7",
            "x-forwarded-proto: https", "x-forwarded-host: evil.example",
            "forwarded: for=6.6.6.6", "x-real: kept")
        let request = origin.requests[0]
        #expect(request.all("x-forwarded-for") == ["127.0.0.1"])
        #expect(request.all("x-forwarded-proto") == ["http"])
        #expect(request.all("x-forwarded-host") == ["a.example"])
        #expect(request["forwarded"] == nil)
        #expect(request["x-real"] == "kept" && request["via"] == nil)
        try eventually("it is logged") { !gateway.accessLog().isEmpty }
        #expect(gateway.accessLog()[0]["client_address"] as? String == "127.0.0.1")
    }

    @Test func trustedHopsAreBelieved() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.listener = ["client-address: {trusted-hops: 2}"]
            $0.forwarding = ["forwarded: true"]
        }
        _ = try gateway.client().get(
            "/", "x-forwarded-for: 1.1.1.1, 2.2.2.2", "x-forwarded-for: 3.3.3.3",
            "x-forwarded-proto: https", "x-forwarded-host: www.example",
            "forwarded: for=2.2.2.2")
        let request = origin.requests[0]
        #expect(request["x-forwarded-for"] == "1.1.1.1, 2.2.2.2, 3.3.3.3, 127.0.0.1")
        #expect(request.all("x-forwarded-proto") == ["https"])
        #expect(request.all("x-forwarded-host") == ["www.example"])
        #expect(request["forwarded"]?.hasPrefix("for=2.2.2.2, for=127.0.0.1") == true)
        try eventually("it is logged") { !gateway.accessLog().isEmpty }
        #expect(gateway.accessLog()[0]["client_address"] as? String == "2.2.2.2")
    }

    @Test func forwardedViaAndServer() throws {
        let origin = try Origin(answering: { _ in Answer.ok("", "server: theirs", "via: 1.0 b") })
        let gateway = try Gateway(to: origin) {
            $0.forwarding = ["forwarded: true", "x-forwarded: false", "via: gate", "server: weir"]
        }
        let response = try gateway.client().get(
            "/", "forwarded: for=6.6.6.6", "via: 1.1 a", "x-forwarded-for: 6.6.6.6")
        #expect(response.all("server") == ["weir"])
        #expect(response["via"] == "1.0 b, 1.1 gate")
        let request = origin.requests[0]
        #expect(request["via"] == "1.1 a, 1.1 gate")
        #expect(request["forwarded"] == "for=127.0.0.1;proto=http;host=\"a.example\"")
    }

    @Test func clientsOfTheNewerProtocol() throws {
        let origin = try Origin(answering: Answer.echo)
        let yaml = Configuration(origin).yaml
            .replacingOccurrences(of: "address: 127.0.0.2:0", with: "address: \"[::1]:0\"")
            .replacingOccurrences(of: "{cause-header", with: "{forwarded: true, cause-header")
        let gateway = try Gateway(yaml: yaml, origins: [origin])
        let url = "http://\(try gateway.address())/"
        let result = try CommandResult.of("curl", "-gsS", "-H", "host: a.example", url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(origin.requests[0]["x-forwarded-for"] == "::1")
        let forwarded = "for=\"[::1]\";proto=http;host=\"a.example\""
        #expect(origin.requests[0]["forwarded"] == forwarded)
    }

    @Test func serverPassesOrIsTakenAway() throws {
        let origin = try Origin(answering: { _ in Answer.ok("", "server: theirs") })
        let passed = try Gateway(to: origin).client()
        #expect(try passed.get()["server"] == "theirs")
        let hidden = try Gateway(to: origin) { $0.forwarding = ["server: off"] }.client()
        #expect(try hidden.get()["server"] == nil)
        #expect(try passed.get()["date"] != nil, "a response without a date gets one")
    }

    @Test func hopByHopFieldsStay() throws {
        let origin = try Origin(answering: { _ in
            Answer.ok(
                "", "connection: x-internal, keep-alive", "x-internal: secret",
                "keep-alive: timeout=5", "proxy-authenticate: Basic", "x-public: yes")
        })
        let client = try Gateway(to: origin).client()
        let response = try client.get(
            "/", "connection: keep-alive, X-Secret, close-not, content-length",
            "x-secret: 1", "keep-alive: timeout=9", "te: trailers, gzip",
            "proxy-connection: keep-alive", "proxy-authorization: Basic x", "x-end: yes",
            "trailer: x-sum")
        let request = origin.requests[0]
        for name in ["x-secret", "keep-alive", "proxy-connection", "proxy-authorization"] {
            #expect(request[name] == nil, "\(name)")
        }
        #expect(request["te"] == nil || request["te"] == "trailers")
        #expect(request["x-end"] == "yes" && request["host"] == "a.example")
        #expect(response["x-internal"] == nil && response["keep-alive"] == nil)
        #expect(response["x-public"] == "yes")
    }

    @Test(arguments: ["host", "x-forwarded-for", "x-request-id", "content-length", "cookie"])
    func connectionCannotTakeAwayWhatTheGatewaySets(_ name: String) throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin) { $0.filters = "[request-id]" }.client()
        try client.send(
            "POST / HTTP/1.1\r\nhost: a.example\r\nconnection: \(name)\r\n"
                + "content-length: 3\r\n\r\nabc")
        #expect(try client.response().status == 200)
        let request = origin.requests[0]
        #expect(request["host"] == "a.example" && request.body.text == "abc")
        #expect(request["x-forwarded-for"] == "127.0.0.1" && request["x-request-id"] != nil)
    }

    @Test func requestIdentifiers() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.filters = "[{request-id: {echo: true}}]" }
        let client = try gateway.client()
        let first = try client.get()["x-request-id"]
        let second = try client.get("/", "x-request-id: mine")["x-request-id"]
        #expect(first != nil && second != nil && first != second)
        #expect(origin.requests.map { $0["x-request-id"] } == [first, second])
        #expect(origin.requests.allSatisfy { $0.all("x-request-id").count == 1 })
        try eventually("both are logged") { gateway.accessLog().count == 2 }
        let logged = gateway.accessLog().map { $0["request_id"] as? String }
        #expect(logged == [first, second])
    }
}
