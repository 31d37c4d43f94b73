import Foundation
import Testing
import WeirLiveTesting

/// The `external-auth` filter before services that others have written: Python's `http.server`, and
/// gRPC's library with the messages that Envoy publishes.
@Suite struct ExternalAuthTests {
    /// A service that runs until the test has ended.
    private final class Service {
        let folder: TemporaryFolder
        private let process: Subprocess

        init(_ script: String, readyBy file: String) throws {
            let folder = try TemporaryFolder()
            self.folder = folder
            let path = "\(Repository.root)/Tests/IntegrationTests/Scripts/\(script)"
            process = try Subprocess(
                Python.command(path) + [folder.path], writingTo: folder, name: "service")
            let process = process
            try eventually("\(script) listens", within: .seconds(30)) {
                if let status = process.status {
                    let errors = folder.read("service.err")
                    throw HarnessError("\(script) ended with \(status): \(errors)")
                }
                return FileManager.default.fileExists(atPath: "\(folder.path)/\(file)")
            }
        }

        /// Kills it and waits until it is gone.
        func kill() throws {
            process.signal(SIGKILL)
            _ = try process.wait(within: patience)
        }

        /// What it was asked.
        var questions: [[String: Any]] {
            folder.read("questions").split(separator: "\n").compactMap { line in
                try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            }
        }
    }

    private static func http() throws -> Service {
        try Service("auth_http.py", readyBy: "port")
    }

    private static func grpc() throws -> Service {
        try Service("auth_grpc.py", readyBy: "ready")
    }

    /// A gateway with the filter before an origin that says what it got.
    private func gateway(_ service: Service, _ filter: String) throws -> Gateway {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                let fields = request.fields.map { "\($0.name): \($0.value)" }
                try connection.send(
                    Answer.ok(
                        ([request.start] + fields + [request.body.text]).joined(separator: "\n")))
            }
        }
        let port = service.folder.read("port")
        let endpoint =
            port.isEmpty
            ? "endpoints: [\"unix:\(service.folder.path)/socket\"], connection: [http2]"
            : "endpoints: [\"127.0.0.1:\(port)\"]"
        return try Gateway(to: origin) {
            $0.filters = "[{external-auth: {\(filter)}}]"
            $0.clusters = ["authz: {\(endpoint)}"]
        }
    }

    private func ask(
        _ client: RawClient, _ who: String, _ target: String = "/", _ more: String...,
        body: String = ""
    ) throws -> Message {
        let fields = ["authorization: \(who)"] + more + ["content-length: \(body.utf8.count)"]
        return try client.exchange(
            "POST \(target) HTTP/1.1\r\nhost: api.example\r\n"
                + fields.map { $0 + "\r\n" }.joined() + "\r\n\(body)")
    }

    private func decisions(_ gateway: Gateway, _ outcome: String) throws -> Double {
        try gateway.metric("weir_external_auth_decisions_total", "outcome=\"\(outcome)\"")
    }

    // MARK: HTTP

    @Test func aStatusDecides() throws {
        let service = try Self.http()
        let gateway = try gateway(
            service,
            "http: {cluster: authz, path: /check}, upstream-headers: [x-user], timeout: 5s, "
                + "client-headers-on-success: [set-cookie]")
        let client = try gateway.client()
        let allowed = try ask(
            client, "alice", "/a?b=c", "x-user: root", "x_user: root", body: "data")
        #expect(allowed.status == 200)
        let seen = allowed.body.text.split(separator: "\n")
        #expect(seen.first == "POST /a?b=c HTTP/1.1")
        #expect(seen.last == "data")
        #expect(seen.filter { $0.contains("user") } == ["x-user: alice"])
        #expect(!seen.contains { $0.hasPrefix("x-internal") })
        #expect(allowed["set-cookie"] == "session=1")

        let denied = try ask(client, "eve")
        #expect(denied.status == 401)
        #expect(denied.body.text == "who are you?")
        #expect(denied["www-authenticate"] == "Basic realm=\"a\"")
        #expect(denied.all("set-cookie") == ["a=1", "b=2"])
        #expect(denied["x-internal"] == nil)
        #expect(denied.cause == "external_auth_denied")

        let sent = try ask(client, "nobody")
        #expect(sent.status == 302)
        #expect(sent["location"] == "https://id.example/login")

        let question = try #require(service.questions.first)
        #expect(question["method"] as? String == "GET")
        #expect(question["path"] as? String == "/check")
        #expect(question["body"] as? String == "")
        let pairs = try #require(question["fields"] as? [[String]])
        let fields = Dictionary(pairs.map { ($0[0], $0[1]) }) { "\($0), \($1)" }
        #expect(fields["authorization"] == "alice")
        #expect(fields["x-forwarded-method"] == "POST")
        #expect(fields["x-forwarded-uri"] == "/a?b=c")
        #expect(fields["x-forwarded-host"] == "api.example")
        #expect(fields["x-forwarded-proto"] == "http")
        #expect(fields["x-forwarded-for"] == "127.0.0.1")
        #expect(fields["x-user"] == nil)
        #expect(try decisions(gateway, "allowed") == 1)
        #expect(try decisions(gateway, "denied") == 2)
    }

    @Test func withoutADecisionNobodyGetsIn() throws {
        let service = try Self.http()
        let gateway = try gateway(service, "http: {cluster: authz}, timeout: 300ms")
        let client = try gateway.client()
        let broken = try ask(client, "broken")
        #expect(broken.status == 403)
        #expect(broken.cause == "external_auth_error")
        #expect(!broken.body.text.contains("stack trace"))
        let slow = try ask(client, "slow")
        #expect(slow.status == 403)
        #expect(slow.cause == "external_auth_timeout")
        #expect(try ask(client, "chatty").cause == "external_auth_error")
        #expect(try ask(client, "alice").status == 200)
        try service.kill()
        let down = try ask(client, "alice")
        #expect(down.status == 403)
        #expect(down.cause == "external_auth_error")
        #expect(try decisions(gateway, "timeout") == 1)
        #expect(try decisions(gateway, "error") == 3)
    }

    @Test func operatorsMayLetRequestsIn() throws {
        let service = try Self.http()
        try service.kill()
        let gateway = try gateway(
            service, "http: {cluster: authz}, on-error: allow, upstream-headers: [x-user]")
        let allowed = try ask(try gateway.client(), "alice", "/", "x-user: root")
        #expect(allowed.status == 200)
        #expect(!allowed.body.text.contains("x-user"))
        #expect(try decisions(gateway, "error") == 1)
    }

    @Test func bodiesAreSentAlong() throws {
        let service = try Self.http()
        let gateway = try gateway(
            service, "http: {cluster: authz}, body: {max: 16}, timeout: 5s")
        let client = try gateway.client()
        let allowed = try ask(client, "body", body: "open sesame")
        #expect(allowed.status == 200)
        #expect(allowed.body.text.hasSuffix("\nopen sesame"))
        #expect(try ask(client, "body", body: "open barley").status == 401)
        #expect(service.questions.first?["method"] as? String == "POST")
        let large = try ask(try gateway.client(), "body", body: "open sesame, please")
        #expect(large.status == 413)
        #expect(service.questions.count == 2)
    }

    @Test func decisionsAreRemembered() throws {
        let service = try Self.http()
        let gateway = try gateway(
            service,
            "http: {cluster: authz}, timeout: 5s, upstream-headers: [x-user], "
                + "client-headers: [www-authenticate], "
                + "cache: {key: [header:authorization], ttl: 1h}")
        // The service's cookies would keep its refusals from being remembered.
        // One connection stays on one worker, and each has a cache of its own.
        let client = try gateway.client()
        for _ in 0..<10 {
            let allowed = try ask(client, "alice")
            #expect(allowed.body.text.contains("x-user: alice"))
            #expect(try ask(client, "eve").status == 401)
        }
        #expect(service.questions.count == 2)
        #expect(try decisions(gateway, "cached") == 18)
        #expect(try decisions(gateway, "allowed") == 1)
        #expect(try decisions(gateway, "denied") == 1)
        // What is remembered holds without the service.
        try service.kill()
        #expect(try ask(client, "alice").status == 200)
        #expect(try ask(client, "bob").status == 403)
    }

    @Test func aDeadConnectionIsNoRefusal() throws {
        // Takes a second question on its first connection and ends without a word.
        let service = try Origin { connection in
            var answers = connection.index == 0 ? 1 : Int.max
            while try connection.request() != nil, answers > 0 {
                answers -= 1
                try connection.send(Answer.ok())
            }
        }
        let gateway = try Gateway(to: try Origin(answering: { _ in Answer.ok() })) {
            $0.workers = 1
            $0.filters = "[{external-auth: {http: {cluster: authz}, body: {max: 16}, timeout: 5s}}]"
            $0.clusters = ["authz: {endpoints: [\"\(service.address)\"]}"]
        }
        let client = try gateway.client()
        for _ in 0..<3 { #expect(try ask(client, "alice", body: "data").status == 200) }
        #expect(service.requests.count == 4)
        #expect(service.connectionCount == 2)
        #expect(try decisions(gateway, "allowed") == 3)
    }

    // MARK: gRPC

    @Test func envoysProtocolDecides() throws {
        let service = try Self.grpc()
        let gateway = try gateway(
            service,
            "grpc: {cluster: authz, context: {team: edge}}, timeout: 5s, identity-header: x-user, "
                + "body: {max: 1KiB}")
        let client = try gateway.client()
        let allowed = try ask(
            client, "alice", "/a?token=1&x=y", "x-user: root", "x-list: 1", "x-kept: yes",
            "x-secret: 1", body: "data")
        #expect(allowed.status == 200)
        let seen = allowed.body.text.split(separator: "\n").map(String.init)
        #expect(seen.first == "POST /a?x=y&user=alice HTTP/1.1")
        #expect(seen.last == "data")
        #expect(seen.filter { $0.hasPrefix("x-user") } == ["x-user: alice"])
        #expect(seen.filter { $0.hasPrefix("x-list") } == ["x-list: 1", "x-list: 2"])
        #expect(seen.contains("x-kept: yes"))
        #expect(seen.contains("content-length: 4"))
        #expect(seen.contains { $0.hasPrefix("host: ") })
        #expect(!seen.contains { $0.hasPrefix("x-secret") })
        #expect(allowed["x-session"] == "1")

        let denied = try ask(client, "eve")
        #expect(denied.status == 401)
        #expect(denied.body.text == "who are you?")
        #expect(denied["www-authenticate"] == "Bearer")
        #expect(denied.cause == "external_auth_denied")
        #expect(try ask(client, "plain").status == 403)
        #expect(try ask(client, "body", body: "open sesame").status == 200)

        let question = try #require(service.questions.first)
        #expect(question["unknown"] as? Bool == false)
        let attributes = try #require(question["attributes"] as? [String: Any])
        let request = try #require(attributes["request"] as? [String: Any])
        let http = try #require(request["http"] as? [String: Any])
        #expect(http["method"] as? String == "POST")
        #expect(http["path"] as? String == "/a?token=1&x=y")
        #expect(http["host"] as? String == "api.example")
        #expect(http["scheme"] as? String == "http")
        #expect(http["protocol"] as? String == "HTTP/1.1")
        #expect(http["size"] as? String == "4")
        #expect(http["body"] as? String == "data")
        let headers = try #require(http["headers"] as? [String: String])
        #expect(headers["authorization"] == "alice")
        #expect(headers[":path"] == "/a?token=1&x=y")
        #expect(attributes["context_extensions"] as? [String: String] == ["team": "edge"])
        let source = try #require(attributes["source"] as? [String: Any])
        let address = (source["address"] as? [String: Any])?["socket_address"] as? [String: Any]
        #expect(address?["address"] as? String == "127.0.0.1")
        #expect(address?["port_value"] is Int)
        // The service knows how long it has.
        let left = try #require(question["left"] as? Double)
        #expect(left > 0 && left <= 5)
        #expect(try gateway.metric("weir_external_auth_refused_fields_total") == 6)
    }

    @Test func withoutADecisionOverGRPCNobodyGetsIn() throws {
        let service = try Self.grpc()
        let gateway = try gateway(service, "grpc: {cluster: authz}, timeout: 300ms")
        let client = try gateway.client()
        // The first call is the one that makes the connection.
        try eventually("the service answers") { try ask(client, "alice").status == 200 }
        let broken = try ask(client, "broken")
        #expect(broken.status == 403)
        #expect(broken.cause == "external_auth_error")
        let slow = try ask(client, "slow")
        #expect(slow.status == 403)
        #expect(slow.cause == "external_auth_timeout")
        try service.kill()
        let down = try ask(client, "alice")
        #expect(down.status == 403)
        #expect(down.cause?.hasPrefix("external_auth_") == true)
        #expect(try decisions(gateway, "error") >= 1)
    }

    @Test func routesMayRefineIt() throws {
        let service = try Self.http()
        let origin = try Origin(answering: { _ in Answer.ok() })
        let port = service.folder.read("port")
        let gateway = try Gateway(to: origin) {
            $0.filters =
                "[{external-auth: {http: {cluster: authz, path: /all}, timeout: 5s, "
                + "when: {not: {paths: /health}}}}]"
            $0.routes = [
                "match: {path: /public/**}, to: origin, filters: {external-auth: off}",
                "match: {path: /admin/**}, to: origin, "
                    + "filters: {external-auth: {http: {path: /admin}}}",
            ]
            $0.clusters = ["authz: {endpoints: [\"127.0.0.1:\(port)\"]}"]
        }
        let client = try gateway.client()
        #expect(try ask(client, "eve", "/public/a").status == 200)
        #expect(try ask(client, "eve", "/health").status == 200)
        #expect(service.questions.isEmpty)
        #expect(try ask(client, "eve", "/admin/a").status == 401)
        #expect(try ask(client, "alice", "/a").status == 200)
        #expect(service.questions.map { $0["path"] as? String } == ["/admin", "/all"])
    }
}
