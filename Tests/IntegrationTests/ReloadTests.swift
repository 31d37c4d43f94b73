import Foundation
import Synchronization
import Testing
import WeirLiveTesting

/// A reload is atomic: a bad file changes nothing, a good one drops nothing.
@Suite struct ReloadTests {
    /// A configuration whose only answer is this text.
    static func answering(_ text: String, _ origin: Origin, _ top: String = "") -> String {
        var configuration = Configuration(origin)
        configuration.top = [top]
        configuration.routes = ["match: {path: /text}, respond: {body: \"\(text)\"}"]
        return configuration.yaml
    }

    @Test func onRequest() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(yaml: Self.answering("one", origin), origins: [origin])
        let client = try gateway.client()
        #expect(try client.get("/text").body.text == "one")
        try gateway.rewrite(Self.answering("two", origin))
        #expect(try client.get("/text").body.text == "one", "nothing happens by itself")
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") { try client.get("/text").body.text == "two" }
        #expect(try gateway.metric("weir_config_generation") == 2)
    }

    @Test func aBadFileChangesNothing() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(yaml: Self.answering("one", origin), origins: [origin])
        let client = try gateway.client()
        let bad = Self.answering("two", origin) + "\n  spare: {endpoint: [\"127.0.0.1:1\"]}\n"
        try gateway.rewrite(bad)
        let line =
            bad.split(separator: "\n", omittingEmptySubsequences: false)
            .firstIndex { $0.contains("spare") }.map { $0 + 1 } ?? 0
        let response = try gateway.admin("POST", "/reload")
        #expect(response.status == 422)
        let text = response.body.text
        #expect(text.contains("weir.yaml:\(line):11") && text.contains("endpoints"), "\(text)")
        #expect(try client.get("/text").body.text == "one")
        #expect(try gateway.metric("weir_config_failed_reloads_total") == 1)
        #expect(gateway.log.contains("weir.yaml:\(line):11"))
        try gateway.rewrite("listeners: [")
        #expect(try gateway.admin("POST", "/reload").status == 422)
        #expect(try client.get("/text").body.text == "one")
        try gateway.rewrite(Self.answering("three", origin))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") { try client.get("/text").body.text == "three" }
    }

    @Test func onASignal() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(yaml: Self.answering("one", origin), origins: [origin])
        let client = try gateway.client()
        try gateway.rewrite(Self.answering("two", origin))
        gateway.process.signal(SIGHUP)
        try eventually("it is in service") { try client.get("/text").body.text == "two" }
        try gateway.rewrite("nonsense")
        gateway.process.signal(SIGHUP)
        try eventually("it is refused") { gateway.log.contains("reload refused") }
        #expect(try client.get("/text").body.text == "two")
    }

    @Test func onAChangeOfTheFile() throws {
        let origin = try Origin(answering: Answer.echo)
        let watch = "reload: {watch: true}"
        let gateway = try Gateway(yaml: Self.answering("one", origin, watch), origins: [origin])
        let client = try gateway.client()
        for text in ["two", "three"] {
            try gateway.rewrite(Self.answering(text, origin, watch))
            try eventually("\(text) is in service") { try client.get("/text").body.text == text }
        }
        // Written in place, not renamed over.
        let text = Self.answering("four", origin)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(gateway.folder.path)/weir.yaml"))
        try eventually("four is in service") { try client.get("/text").body.text == "four" }
    }

    @Test func underLoadNoRequestFails() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(yaml: Self.answering("0", origin), origins: [origin])
        let address = try gateway.address()
        let running = Atomic<Int>(4)
        let isOver = Atomic<Bool>(false)
        let answered = Atomic<Int>(0)
        let failures = Mutex<[String]>([])
        for _ in 0..<4 {
            Thread.detachNewThread {
                do {
                    let client = try RawClient(address)
                    while !isOver.load(ordering: .relaxed) {
                        let response = try client.get("/proxied")
                        if response.status != 200 {
                            throw HarnessError("\(response.start) \(response.cause ?? "")")
                        }
                        answered.add(1, ordering: .relaxed)
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
                running.subtract(1, ordering: .relaxed)
            }
        }
        let client = try gateway.client()
        for index in 1...50 {
            // Every other one also changes the cluster, whose connections are then replaced.
            let cluster = index % 2 == 0 ? "" : "    connect-timeout: \(index)s"
            try gateway.rewrite(Self.answering("\(index)", origin) + "\n" + cluster)
            #expect(try gateway.admin("POST", "/reload").status == 200)
            try eventually("\(index)") { try client.get("/text").body.text == "\(index)" }
        }
        isOver.store(true, ordering: .relaxed)
        try eventually("the load ends") { running.load(ordering: .relaxed) == 0 }
        #expect(failures.withLock { $0 } == [])
        #expect(answered.load(ordering: .relaxed) > 50)
        #expect(try gateway.stop() == 0)
    }

    @Test func listenersComeAndGo() throws {
        let origin = try Origin(answering: Answer.echo)
        let first = Configuration(origin).yaml
        func with(_ listener: String) -> String {
            first.replacingOccurrences(of: "listeners:\n", with: "listeners:\n  - \(listener)\n")
        }
        let second = "{name: second, address: \"127.0.0.3:0\", filters: [], routes: public}"
        let gateway = try Gateway(yaml: with(second), origins: [origin])
        let kept = try gateway.client()
        let idle = try gateway.client("second")
        #expect(try kept.get().status == 200 && idle.get().status == 200)
        let gone = try gateway.address("second")
        try gateway.rewrite(first)
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("nobody listens any more") { (try? Socket.connect(to: gone)) == nil }
        #expect(idle.isClosed(), "its unused connections are closed")
        #expect(try kept.get().status == 200, "other connections stay")
        #expect(try gateway.client().get().status == 200)
        try gateway.rewrite(
            with("{name: third, address: \"\(gone)\", filters: [], routes: public}"))
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("somebody listens again") {
            (try? RawClient(gone).get().status) == 200
        }
        let taken = try Socket.listen(on: .ip("127.0.0.4", 0))
        try gateway.rewrite(
            with("{name: taken, address: \"127.0.0.4:\(taken.port)\", filters: [], routes: public}")
        )
        let refused = try gateway.admin("POST", "/reload")
        #expect(refused.status == 422 && refused.body.text.contains("127.0.0.4"))
        #expect(try RawClient(gone).get().status == 200, "what was stays")
    }

    @Test func requestsThatWaitGoOn() throws {
        let release = Atomic<Bool>(false)
        let origin = try Origin { connection in
            while let request = try connection.request() {
                while request.target == "/held" && !release.load(ordering: .relaxed) {
                    usleep(1000)
                }
                try connection.send(Answer.ok("answer"))
            }
        }
        var configuration = Configuration(origin)
        configuration.workers = 1
        configuration.filters = "[fault]"
        configuration.cluster = ["pool: {connections: 1, pending: 10}"]
        configuration.routes = [
            "match: {path: /delayed}, to: origin, filters: {fault: {delay: {duration: 500ms}}}"
        ]
        let gateway = try Gateway(yaml: configuration.yaml, origins: [origin])
        let clients = try (0..<3).map { _ in try gateway.client() }
        try clients[0].send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { origin.requests.count == 1 }
        try clients[1].send("GET /waiting HTTP/1.1\r\nhost: a\r\n\r\n")
        try clients[2].send("GET /delayed HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("one waits for a connection") {
            try gateway.admin("GET", "/clusters").body.text.contains("\"pending\": 1")
        }
        // The cluster is a new one: those that wait belong to the old one.
        configuration.cluster = ["pool: {connections: 2, pending: 10}"]
        try gateway.rewrite(configuration.yaml)
        #expect(try gateway.admin("POST", "/reload").status == 200)
        release.store(true, ordering: .relaxed)
        for client in clients {
            let response = try client.response()
            #expect(response.status == 200, "\(response.cause ?? "")")
        }
        try eventually("the old connections end") { origin.endedCount >= 2 }
    }

    @Test func requestsUnderWayFinishAsTheyStarted() throws {
        let release = Atomic<Bool>(false)
        let origin = try Origin { connection in
            while let request = try connection.request() {
                while request.target == "/held" && !release.load(ordering: .relaxed) {
                    usleep(1000)
                }
                try connection.send(Answer.ok("answer"))
            }
        }
        let old = Configuration(origin)
        var new = old
        new.endpoints = ["127.0.0.1:1"]
        let gateway = try Gateway(yaml: old.yaml, origins: [origin])
        let client = try gateway.client()
        try client.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { origin.requests.count == 1 }
        try gateway.rewrite(new.yaml)
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("others see the new one") { try gateway.client().get().status == 502 }
        release.store(true, ordering: .relaxed)
        #expect(try client.response().body.text == "answer")
        #expect(try client.get().status == 502, "the same connection, the new configuration")
        try eventually("the old connections end") { origin.endedCount == origin.connectionCount }
    }
}
