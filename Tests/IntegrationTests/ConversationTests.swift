import Foundation
import Testing
import WeirLiveTesting

/// What happens while a request and its response are still on their way.
@Suite struct ConversationTests {
    @Test func theOriginsContinueIsPassedOn() throws {
        let origin = try Origin { connection in
            guard let head = try connection.head() else { return }
            try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            try connection.send(Answer.ok(connection.body(of: head).body.text))
        }
        let client = try Gateway(to: origin).client()
        try client.send(
            "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n")
        #expect(try client.response().status == 100)
        try client.send("hello")
        #expect(try client.response().body.text == "hello")
        #expect(origin.requests[0]["expect"] == "100-continue")
    }

    @Test func anEarlyRefusalTakesThePlaceOfContinue() throws {
        let origin = try Origin { connection in
            _ = try connection.head()
            try connection.send("HTTP/1.1 417 Expectation Failed\r\ncontent-length: 2\r\n\r\nno")
        }
        let client = try Gateway(to: origin).client()
        try client.send(
            "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 500000\r\n\r\n")
        let response = try client.response()
        #expect(response.status == 417 && response.body.text == "no")
        #expect(client.isClosed(), "the body never comes or is not read")
    }

    @Test func interimResponsesArePassedOn() throws {
        let origin = try Origin { connection in
            while try connection.request() != nil {
                try connection.send(
                    "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nlink: </b.css>; rel=preload\r\n\r\n"
                        + "HTTP/1.1 100 Continue\r\n\r\n" + Answer.ok("page"))
            }
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        let first = try client.get()
        #expect(first.status == 103 && first["link"] == "</a.css>; rel=preload")
        #expect(try client.response()["link"] == "</b.css>; rel=preload")
        #expect(try client.response().body.text == "page", "nobody waits for this 100")
        let old = try gateway.client()
        let only = try old.exchange("GET / HTTP/1.0\r\nhost: a\r\n\r\n")
        #expect(only.status == 200, "HTTP/1.0 knows no interim responses")
    }

    @Test func aResponseMayComeBeforeTheRequestEnds() throws {
        let origin = try Origin { connection in
            _ = try connection.head()
            _ = try connection.take(1000)
            try connection.send(Answer.ok("early", "connection: close"))
            try connection.waitForEnd()
        }
        let client = try Gateway(to: origin).client()
        try client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n")
        try client.send([UInt8].pattern(2000))
        let response = try client.response()
        #expect(response.status == 200 && response.body.text == "early")
        let socket = client.socket
        Thread.detachNewThread { try? socket.send([UInt8].pattern(1_000_000)) }
        #expect(client.socket.isEnded(), "the rest is not waited for")
    }

    @Test func aShortRestOfARequestKeepsTheConnection() throws {
        let origin = try Origin { connection in
            while let head = try connection.head() {
                try connection.send(Answer.ok("early"))
                _ = try connection.body(of: head)
            }
        }
        let client = try Gateway(to: origin).client()
        try client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\nhalf")
        #expect(try client.response().body.text == "early")
        try client.send("half")
        #expect(try client.get().body.text == "early")
    }

    enum Moment: CaseIterable { case awaitingHead, uploading, downloading }

    @Test(arguments: Moment.allCases) func aClientThatLeavesCancelsTheUpstream(_ moment: Moment)
        throws
    {
        let origin = try Origin { connection in
            _ = try connection.head()
            if moment == .downloading {
                try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
                while true { try connection.send([UInt8](repeating: 65, count: 100_000)) }
            }
            try connection.waitForEnd()
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        if moment == .uploading {
            try client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\nabc")
        } else {
            try client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        }
        try eventually("the request arrives") { origin.received.first?.isEmpty == false }
        if moment == .downloading { _ = try client.reader.take(200_000) }
        client.socket.close()
        try eventually("the origin sees the end") { origin.endedCount == 1 }
        try eventually("the log says so") {
            gateway.accessLog().first?["cause"] as? String == "client_closed"
        }
        #expect(try gateway.metric("weir_listener_client_aborts_total", "edge") == 1)
    }

    @Test(arguments: [
        ("content-length: 10\r\n\r\nabc", false), ("content-length: 10\r\n\r\nabc", true),
        ("transfer-encoding: chunked\r\n\r\n5\r\nab", false),
        ("transfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n", true),
        ("transfer-encoding: chunked\r\n\r\n5\r\nabcde\r\n", false),
        ("transfer-encoding: chunked\r\n\r\n2\r\nab\r\nxyz\r\n", false),
        ("transfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n", false),
    ])
    func aBrokenResponseIsSeenToBeBroken(_ rest: String, _ isReset: Bool) throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\n\(rest)")
            // Only once the client has the head does it matter how it ends.
            _ = connection.socket.isEnded(within: .milliseconds(200))
            if isReset { connection.reset() }
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        #expect(throws: (any Error).self) { try client.get() }
        try eventually("the log says so") {
            let cause = gateway.accessLog().first?["cause"] as? String ?? ""
            return cause.hasPrefix("upstream_")
        }
    }

    @Test func aResponseIsTheNextOnlyOnItsOwnRequest() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                let smuggled = request.target == "/evil" ? Answer.ok("smuggled") : ""
                try connection.send(Answer.ok(request.target) + smuggled)
            }
        }
        let client = try Gateway(to: origin) { $0.workers = 1 }.client()
        #expect(try client.get("/evil").body.text == "/evil")
        for _ in 0..<3 { #expect(try client.get("/good").body.text == "/good") }
    }
}
