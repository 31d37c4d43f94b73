import Foundation
import Testing
import WeirLiveTesting

/// `weir explain --live` and `POST /tap`: what filters really did, as somebody who asks sees it.
@Suite struct ExplainLiveTests {
    /// Somebody who waits for the answer of `POST /tap`.
    private final class Asker {
        private let client: RawClient
        init(_ gateway: Gateway, _ body: String) throws {
            client = try gateway.client("admin")
            try client.send(
                "POST /tap HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
                    + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        func answer() throws -> Message { try client.response(to: "POST") }

        func records() throws -> [Record] {
            let message = try answer()
            let object = try ExplainLiveTests.object(message.body.text)
            return (object["records"] as? [[String: Any]] ?? []).map(Record.init)
        }

        func leave() { client.socket.close() }
    }

    /// One record of the answer.
    private struct Record {
        let fields: [String: Any]
        subscript<Value>(name: String) -> Value? { fields[name] as? Value }
        var path: String? { (fields["request"] as? [String: Any])?["path"] as? String }
        var steps: [Record] {
            (fields["steps"] as? [[String: Any]] ?? []).map(Record.init)
        }
        func steps(_ filter: String, _ phase: String) -> [Record] {
            steps.filter { $0["filter"] == filter && $0["phase"] == phase }
        }
        /// `added x-a: → 1`
        var changes: [String] {
            (fields["changes"] as? [[String: Any]] ?? []).map { change in
                let (old, new) = (change["old"] as? String, change["new"] as? String)
                return "\(change["change"] ?? "") \(change["name"] ?? ""): "
                    + "\(old ?? "") → \(new ?? "")"
            }
        }
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Waits until the gateway has armed so many taps: from then on requests count.
    private static func armed(_ gateway: Gateway, _ count: Int) throws {
        try eventually("\(count) taps wait") {
            (try? gateway.metric("weir_taps")) == Double(count)
        }
    }

    private static let filters = """
        [request-id, \
        headers: {request: {set: {x-team: blue, authorization: Bearer-abc}, remove: [accept]}, \
        response: {set: {x-served: weir, server: hidden}}}]
        """

    @Test func everyVerdictAndChange() throws {
        let origin = try Origin(answering: { _ in Answer.ok("hello", "server: Origin/1.0") })
        let gateway = try Gateway(to: origin) {
            $0.filters = Self.filters
            $0.top = []
        }
        let asker = try Asker(gateway, "{when: {paths: /b}}")
        try Self.armed(gateway, 1)
        for path in ["/a", "/b?c=d&token=secret", "/c"] {
            #expect(try Curl(gateway, path, "-H", "cookie: session=abc").status == 200)
        }
        let records = try asker.records()
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.path == "/b?c=d&token=(redacted, 6 bytes)")
        #expect(record["listener"] == "edge" && record["route"] == "everything")
        #expect(record["status"] == 200 && record["ended"] == true)
        #expect(record["response-bytes"] == 5)
        let identified = try #require(record.steps("request-id", "request headers").first)
        #expect(identified["verdict"] == "continue")
        #expect(identified.changes.first?.hasPrefix("added x-request-id:") == true)
        #expect(
            record.steps("headers", "request headers").first?.changes == [
                "added x-team:  → blue", "added authorization:  → (redacted, 10 bytes)",
                "removed accept: */* → ",
            ])
        #expect(
            record.steps("headers", "response headers").first?.changes == [
                "changed server: Origin/1.0 → hidden", "added x-served:  → weir",
            ])
        let upstream = record.fields["upstream"] as? [String: Any]
        #expect(upstream?["cluster"] as? String == "origin")
        #expect(upstream?["endpoint"] as? String == "\(origin.address)")
        let text = String(describing: record.fields)
        #expect(!text.contains("secret") && !text.contains("abc"))
        try Self.armed(gateway, 0)
        #expect(try gateway.metric("weir_tap_records_total") == 1)
    }

    @Test func pausesAnswersAndWhoIsNotReached() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters =
                "[fault: {delay: {fixed: 30ms}}, ip-access: {deny: [10.0.0.0/8]}, request-id]"
            $0.routes = [
                "name: shut, match: {path: /shut}, to: origin, "
                    + "filters: {ip-access: {deny: [127.0.0.0/8]}}"
            ]
        }
        let asker = try Asker(gateway, "{route: shut}")
        try Self.armed(gateway, 1)
        #expect(try Curl(gateway, "/").status == 200)
        #expect(try Curl(gateway, "/shut").status == 403)
        let record = try #require(try asker.records().first)
        let delay = try #require(record.steps("fault", "request headers").first)
        #expect(delay["verdict"] == "pause" && delay["pause-end"] == "resumed")
        #expect(try #require(delay["waited-us"] as Int?) >= 29_000)
        let access = try #require(record.steps("ip-access", "request headers").first)
        #expect(access["verdict"] == "respond" && access["detail"] == "403 ip_denied")
        let filters = record.fields["filters"] as? [[String: Any]]
        #expect(filters?.map { $0["reached"] as? Bool } == [true, true, false])
        #expect(record.fields["upstream"] is NSNull)
        let answer = record.fields["answer"] as? [String: Any]
        #expect(answer?["filter"] as? String == "ip-access")
        #expect(record["cause"] == "ip_denied")
    }

    /// A body that is throttled visits its filter in pieces; a stream that lasts longer than
    /// anybody waits shows how far it has come.
    @Test func bodiesAndStreamsUnderWay() throws {
        let body = String(repeating: "x", count: 20_000)
        let origin = try Origin { connection in
            while let request = try connection.request() {
                if request.target == "/never" { try connection.waitForEnd() }
                try connection.send(Answer.ok(body))
            }
        }
        let gateway = try Gateway(to: origin) {
            $0.filters = "[fault: {throttle: {rate: 200KiB}}]"
        }
        let asker = try Asker(gateway, "{when: {methods: GET}, count: 2, timeout: 500ms}")
        try Self.armed(gateway, 1)
        #expect(try Curl(gateway, "/body").body == body)
        let waiting = try gateway.client()
        try waiting.send("GET /never HTTP/1.1\r\nhost: a.example\r\n\r\n")
        let records = try asker.records()
        #expect(records.map { $0["ended"] as Bool? } == [true, false])
        let step = try #require(records.first?.steps("fault", "response body").first)
        #expect(step["bytes-in"] == 20_000 && step["bytes-out"] == 20_000)
        #expect(try #require(step["calls"] as Int?) > 1)
        #expect(records.last?.path == "/never" && records.last?["status"] == 0)
        try Self.armed(gateway, 0)
    }

    @Test func severalAskAtOnceAndOneLeaves() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.filters = "[request-id]" }
        let one = try Asker(gateway, #"{"when": {"headers": {"x-team": "edge"}}}"#)
        let other = try Asker(gateway, "when: {paths: /a}\ncount: 2")
        let gone = try Asker(gateway, "when: {paths: /never}\ntimeout: 10m")
        try Self.armed(gateway, 3)
        gone.leave()
        try Self.armed(gateway, 2)
        _ = try Curl(gateway, "/a")
        _ = try Curl(gateway, "/a", "-H", "x-team: edge")
        #expect(try one.records().map(\.path) == ["/a"])
        #expect(try other.records().map(\.path) == ["/a", "/a"])
        try Self.armed(gateway, 0)
        let more = try (0..<4).map { _ in try Asker(gateway, "timeout: 10m") }
        try Self.armed(gateway, 4)
        #expect(try Asker(gateway, "").answer().status == 429)
        more.forEach { $0.leave() }
        try Self.armed(gateway, 0)
    }

    @Test func questionsThatCannotBeUnderstood() throws {
        let gateway = try Gateway(to: try Origin(answering: Answer.echo))
        let mistakes = [
            ("{when: {}}", "when: a condition without fields"),
            ("{when: {pats: /a}}", "when.pats: unknown key `pats`; did you mean `paths`?"),
            ("{when: {paths: a}}", "when.paths"), ("{count: 101}", "count: expected a number"),
            ("{timeout: 11m}", "timeout: expected a duration from 1ms to 10m"),
            ("{share: 10}", "share: expected a percentage"), ("{", ""),
        ]
        for (body, words) in mistakes {
            let answer = try Asker(gateway, body).answer()
            #expect(answer.status == 422, "\(body)")
            let error = try Self.object(answer.body.text)["error"] as? String
            #expect(error?.hasPrefix(words) == true, "\(body): \(error ?? "")")
        }
        #expect(try gateway.admin("GET", "/tap").status == 405)
        #expect(try gateway.metric("weir_taps") == 0)
    }

    /// Who the client is, only filters find out; until then everybody could be meant.
    @Test func conditionsAboutTheClient() throws {
        let folder = try TemporaryFolder()
        let (ann, bob) = (try ApiKeyTests().key("ann"), try ApiKeyTests().key("bob"))
        try folder.write("\(ann.line)\n\(bob.line)\n", to: "keys")
        let gateway = try Gateway(to: try Origin(answering: Answer.echo)) {
            $0.filters = "[{api-key: {file: '\(folder.path)/keys', from: [header:x-api-key]}}]"
            $0.listener = ["connection: [http2]"]
        }
        let asker = try Asker(gateway, "{when: {clients: bob}, timeout: 30s}")
        try Self.armed(gateway, 1)
        let url = "http://\(try gateway.address())/"
        for key in [ann.key, "unknown", bob.key] {
            _ = try CommandResult.of(
                "curl", "-sS", "--http2-prior-knowledge", "-H", "x-api-key: \(key)", url)
        }
        let record = try #require(try asker.records().first)
        let client = record.fields["client"] as? [String: Any]
        let identities = client?["identities"] as? [[String: Any]]
        #expect(identities?.map { $0["name"] as? String } == ["bob"])
        #expect(identities?.map { $0["source"] as? String } == ["api-key"])
        #expect(!String(describing: record.fields).contains(bob.key))
    }

    @Test func configuredNamesAreHidden() throws {
        let origin = try Origin(answering: Answer.echo)
        var configuration = Configuration(origin)
        configuration.filters = "[request-id]"
        let yaml = configuration.yaml.replacing(
            "\"127.0.0.1:0\"}", with: "\"127.0.0.1:0\", redact: [X-Account]}")
        let gateway = try Gateway(yaml: yaml, origins: [origin])
        let asker = try Asker(gateway, "")
        try Self.armed(gateway, 1)
        _ = try Curl(gateway, "/?x-account=1234", "-H", "x-account: 1234")
        let record = try #require(try asker.records().first)
        #expect(!String(describing: record.fields).contains("1234"))
        let shown = try gateway.admin("GET", "/config").body.text
        #expect(shown.contains("\"X-Account\""))
    }

    /// Streams of every kind, while somebody watches all of them.
    @Test func nothingBreaksWhileEverythingIsWatched() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                if request.target == "/cut" { return }
                try connection.send(Answer.echo(request))
            }
        }
        let gateway = try Gateway(to: origin) {
            $0.filters = "[request-id]"
            $0.listener = ["connection: [http2]"]
            $0.routes = [
                "name: bare, match: {path: /bare}, to: origin, filters: {request-id: off}",
                "name: local, match: {path: /local}, respond: {status: 204}",
            ]
        }
        let asker = try Asker(gateway, "{count: 6}")
        try Self.armed(gateway, 1)
        _ = try gateway.client().exchange("nonsense\r\n\r\n")
        #expect(try Curl(gateway, "/bare").status == 200)
        #expect(try Curl(gateway, "/local").status == 204)
        #expect(try Curl(gateway, "/cut").status == 502)
        #expect(try Curl(gateway, "/post", "-d", "some text").status == 200)
        let url = "http://\(try gateway.address())/h2"
        let h2 = try CommandResult.of("curl", "-sS", "--http2-prior-knowledge", url)
        #expect(h2.output == "GET /h2 HTTP/1.1\n")
        let leaver = try gateway.client()
        try leaver.send("POST /left HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1")
        leaver.socket.close()
        let records = try asker.records()
        #expect(records.map(\.path) == ["/bare", "/local", "/cut", "/post", "/h2", "/left"])
        #expect(records.map { $0["status"] as Int? } == [200, 204, 502, 200, 200, 0])
        #expect(records[0].steps.isEmpty)
        #expect(records[3]["request-bytes"] == 9)
        #expect(records[5]["cause"] == "client_closed")
    }

    // MARK: The command

    private static func start(
        _ gateway: Gateway, _ words: String...
    ) throws -> (process: Subprocess, folder: TemporaryFolder) {
        let folder = try TemporaryFolder()
        let command = [try Repository.binary(), "explain", "--live"]
        let process = try Subprocess(
            command + ["--admin", "\(try gateway.address("admin"))"] + words,
            writingTo: folder, name: "explain")
        return (process, folder)
    }

    @Test func theCommandTellsTheStory() throws {
        let origin = try Origin(answering: { _ in Answer.ok("hello") })
        let gateway = try Gateway(to: origin) { $0.filters = Self.filters }
        let (text, texts) = try Self.start(
            gateway, "--path", "/a/**", "-H", "x-a: 1*", "--method", "GET", "--client",
            "127.0.0.0/8")
        let (json, jsons) = try Self.start(
            gateway, "\(gateway.folder.path)/weir.yaml", "GET", "/a/b", "--json")
        try Self.armed(gateway, 2)
        _ = try Curl(gateway, "/a/b", "-H", "x-a: 2")
        _ = try Curl(gateway, "/a/b?password=abc", "-H", "x-a: 12")
        #expect(try text.wait(within: patience) == 0, "\(texts.read("explain.err"))")
        #expect(try json.wait(within: patience) == 0, "\(jsons.read("explain.err"))")
        let story = texts.read("explain.out")
        let request = "GET http://\(try gateway.address())/a/b?password=(redacted, 3 bytes) at "
        for words in [
            "Request   \(request)", "Listener  edge, route everything", "request headers\n",
            "            1. request-id", "               + x-team: blue\n",
            "               + authorization: (redacted, 10 bytes)\n",
            "               - accept: */*\n", "response headers\n",
            "Upstream  origin at \(origin.address)", "Response  200, 0 bytes in, 5 out",
        ] {
            #expect(story.contains(words), "\(words) is not in \(story)")
        }
        let object = try Self.object(jsons.read("explain.out"))
        #expect(object["complete"] as? Bool == true)
        #expect((object["records"] as? [Any])?.count == 1)
    }

    @Test func theCommandSaysThatNothingCame() throws {
        let gateway = try Gateway(to: try Origin(answering: Answer.echo))
        let (process, folder) = try Self.start(gateway, "--timeout", "50ms", "--path", "/none")
        #expect(try process.wait(within: patience) == 1)
        #expect(folder.read("explain.err") == "No such request came in 50ms.\n")
        #expect(folder.read("explain.out").isEmpty)
        let (asking, _) = try Self.start(gateway, "--path", "/none")
        try Self.armed(gateway, 1)
        asking.signal(SIGKILL)
        _ = try asking.wait(within: patience)
        try Self.armed(gateway, 0)
    }
}
