import Foundation
import Testing
import WeirLiveTesting

/// Bytes that a peer sends where none are due never become part of somebody else's message.
@Suite struct LeftoverTests {
    @Test func bodiesThatMustNotBe() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                switch request.target {
                case "/head": try connection.send(Answer.ok("surprise"))
                case "/204":
                    try connection.send("HTTP/1.1 204 No\r\ncontent-length: 3\r\n\r\nabc")
                case "/304": try connection.send("HTTP/1.1 304 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
                default: try connection.send(Answer.ok("right"))
                }
            }
        }
        let client = try Gateway(to: origin) { $0.workers = 1 }.client()
        for _ in 0..<3 {
            let head = try client.exchange("HEAD /head HTTP/1.1\r\nhost: a\r\n\r\n")
            #expect(head.status == 200 && head["content-length"] == "8")
            #expect(try client.get().body.text == "right")
            _ = try client.get("/204")
            #expect(try client.get().body.text == "right")
            #expect(try client.get("/304").status == 304)
            #expect(try client.get().body.text == "right")
        }
    }

    @Test func answersThatNobodyAskedFor() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                try connection.send(Answer.ok(request.target))
                if request.target == "/first" {
                    // Once the connection is in the pool, an answer to the next request.
                    _ = connection.socket.isEnded(within: .milliseconds(100))
                    try connection.send(Answer.ok("poison"))
                }
            }
        }
        let gateway = try Gateway(to: origin) { $0.workers = 1 }
        let client = try gateway.client()
        #expect(try client.get("/first").body.text == "/first")
        try eventually("the connection is dropped") { origin.endedCount == 1 }
        for _ in 0..<3 { #expect(try client.get("/next").body.text == "/next") }
    }

    @Test func connectionsThatTheUpstreamEnds() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                try connection.send(Answer.ok(request.target, "connection: close"))
                try connection.waitForEnd()
            }
        }
        let client = try Gateway(to: origin) { $0.workers = 1 }.client()
        for _ in 0..<3 {
            let response = try client.get("/a")
            #expect(response.body.text == "/a" && response["connection"] == nil)
        }
        #expect(origin.connectionCount == 3)
    }

    @Test func requestsAfterTheLastAreNotServed() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        try client.send(
            "GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                + "GET /more HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try client.response().body.text == "GET /last HTTP/1.1\n")
        #expect(client.isClosed())
        #expect(origin.requests.count == 1)
    }

    @Test func aBodyMayComeWithItsExpectation() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        let response = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\nhello")
        #expect(response.body.text == "POST / HTTP/1.1\nhello")
        #expect(try client.get().status == 200)
    }

    @Test func largeHeadsInPieces() throws {
        let origin = try Origin(answering: { request in
            Answer.ok(String(request["x-large"]?.count ?? 0))
        })
        let client = try Gateway(to: origin).client()
        let value = String(repeating: "v", count: 31_000)
        let head = "GET / HTTP/1.1\r\nhost: a\r\nx-large: \(value)\r\n\r\n"
        for size in [1000, 7777, 16_384, 32_000] {
            let bytes = Array(head.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                try client.send(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            #expect(try client.response().body.text == "31000")
        }
        let second = Array((head + head).utf8)
        try client.send(second)
        #expect(try client.response().body.text == "31000")
        #expect(try client.response().body.text == "31000")
    }

    @Test func manySmallRequestsAtOnce() throws {
        let origin = try Origin(answering: { request in Answer.ok(request.target) })
        let client = try Gateway(to: origin).client()
        let socket = client.socket
        Thread.detachNewThread {
            let all = (0..<3000).map { "GET /\($0) HTTP/1.1\r\nhost: a\r\n\r\n" }.joined()
            try? socket.send(Array(all.utf8), within: .seconds(30))
        }
        for index in 0..<3000 {
            let text = try client.response().body.text
            if text != "/\(index)" {
                Issue.record("answer \(index) is \(text)")
                return
            }
        }
    }
}
