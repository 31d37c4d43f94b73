import Foundation
import Testing
import WeirLiveTesting

/// What the access log says, and how its file is rotated.
@Suite struct LogTests {
    @Test func aLineSaysWhatHappened() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters = "[request-id, fault]"
            $0.routes = [
                "name: broken, match: {path: /broken}, to: origin, "
                    + "filters: {fault: {abort: {status: 503}}}"
            ]
        }
        let client = try gateway.client()
        _ = try client.exchange(
            "POST /a?secret=1 HTTP/1.1\r\nhost: a.example\r\nuser-agent: it's \"me\" \\ \u{E9}\r\n"
                + "content-length: 5\r\n\r\nhello")
        _ = try client.get("/broken")
        try eventually("both are logged") { gateway.accessLog().count == 2 }
        let line = gateway.accessLog()[0]
        let texts = [
            "listener": "edge", "route": "everything", "cluster": "origin",
            "endpoint": "\(origin.address)", "client_address": "127.0.0.1", "method": "POST",
            "host": "a.example", "path": "/a", "version": "1.1", "cause": "",
        ]
        for (name, text) in texts { #expect(line[name] as? String == text, "\(name)") }
        let numbers = ["status": 200, "attempts": 1, "bytes_in": 5]
        for (name, number) in numbers { #expect(line[name] as? Int == number, "\(name)") }
        #expect(line["bytes_out"] as? Int == "POST /a?secret=1 HTTP/1.1\nhello".utf8.count)
        let times = ["connect_us", "upstream_us", "duration_us"].map { line[$0] as? Int ?? -1 }
        #expect(times[0] >= 0 && times == times.sorted())
        #expect((line["request_id"] as? String)?.isEmpty == false)
        #expect((line["user_agent"] as? String)?.hasPrefix("it's \"me\" \\ ") == true)
        let time = try #require(line["time"] as? String)
        #expect(try abs(Date(time, strategy: .iso8601WithFraction).timeIntervalSinceNow) < 60)
        #expect(!gateway.folder.read("access.log").contains("secret"), "queries may be secret")
        let broken = gateway.accessLog()[1]
        #expect(broken["cause"] as? String == "fault_abort" && broken["status"] as? Int == 503)
        #expect(broken["route"] as? String == "broken" && broken["cluster"] as? String == "")
    }

    @Test func aTemplateSaysWhatIsAskedFor() throws {
        let origin = try Origin(answering: { _ in Answer.ok("hi", "x-out: o") })
        let configuration = Configuration(origin).yaml.replacingOccurrences(
            of: "flush: 5ms",
            with: "format: '%{method} %{path}?%{query} %{status} [%{header:x-in}] "
                + "%{response-header:x-out} %{bytes-out}'")
        let gateway = try Gateway(yaml: configuration, origins: [origin])
        _ = try gateway.client().get("/a?b=c", "x-in: i\"\\n")
        try eventually("it is logged") { !gateway.folder.read("access.log").isEmpty }
        #expect(gateway.folder.read("access.log") == "GET /a?b=c 200 [i\\x22\\x5cn] o 2\n")
    }

    @Test func theFileIsOpenedAgainOnASignal() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        _ = try client.get("/one")
        try eventually("it is logged") { gateway.folder.read("access.log").contains("/one") }
        let path = gateway.folder.path
        try FileManager.default.moveItem(atPath: "\(path)/access.log", toPath: "\(path)/access.1")
        _ = try client.get("/two")
        try eventually("the file goes along") { gateway.folder.read("access.1").contains("/two") }
        gateway.process.signal(SIGUSR1)
        try eventually("there is a new file") {
            FileManager.default.fileExists(atPath: "\(path)/access.log")
        }
        _ = try client.get("/three")
        try eventually("it is used") { gateway.folder.read("access.log").contains("/three") }
        #expect(!gateway.folder.read("access.1").contains("/three"))
    }

    @Test func nothingIsLostAtTheEnd() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        for index in 0..<500 { _ = try client.get("/\(index)") }
        #expect(try gateway.stop() == 0)
        #expect(gateway.accessLog().count == 500)
    }

    @Test func linesWaitForOthersAsLongAsTheyMay() throws {
        let origin = try Origin(answering: Answer.echo)
        let yaml = Configuration(origin).yaml.replacingOccurrences(
            of: "flush: 5ms", with: "flush: 1h")
        let gateway = try Gateway(yaml: yaml, origins: [origin])
        let client = try gateway.client()
        #expect(try client.get().status == 200)
        #expect(!client.isClosed(within: .milliseconds(300)))
        #expect(gateway.accessLog().isEmpty)
        #expect(try gateway.stop() == 0)
        #expect(gateway.accessLog().count == 1)
    }

    @Test func theOwnLogCanBeJSON() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.top = ["log: {format: json, level: debug}"] }
        #expect(try gateway.stop() == 0)
        let lines = gateway.log.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["message"] is String && object?["level"] is String, "\(line)")
        }
    }
}

extension ParseStrategy where Self == Date.ISO8601FormatStyle {
    /// With fractions of a second.
    static var iso8601WithFraction: Date.ISO8601FormatStyle {
        Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    }
}
