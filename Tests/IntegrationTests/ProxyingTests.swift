import Foundation
import Testing
import WeirLiveTesting

/// Requests and responses pass through whole, however they are framed and cut.
@Suite struct ProxyingTests {
    @Test func requestsOfEveryFraming() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        let host = "HTTP/1.1\r\nhost: a.example\r\n"
        let chunks =
            "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=\"y\"\r\n world\r\n0\r\n\r\n"
        let cases: [(request: String, body: String)] = [
            ("GET /a?b=c \(host)\r\n", "GET /a?b=c HTTP/1.1\n"),
            ("DELETE /a \(host)\r\n", "DELETE /a HTTP/1.1\n"),
            ("POST /a \(host)content-length: 5\r\n\r\nhello", "POST /a HTTP/1.1\nhello"),
            ("POST /a \(host)content-length: 0\r\n\r\n", "POST /a HTTP/1.1\n"),
            ("PUT /a \(host)\(chunks)", "PUT /a HTTP/1.1\nhello world"),
            ("REPORT /a \(host)\(chunks)", "REPORT /a HTTP/1.1\nhello world"),
        ]
        for (request, body) in cases {
            let response = try client.exchange(request)
            #expect(response.status == 200 && response.body.text == body, "\(request)")
        }
        #expect(origin.connectionCount <= 2, "upstream connections are kept")
        #expect(try gateway.stop() == 0)
    }

    @Test func framingStaysWhatItWas() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        _ = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nhi")
        _ = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                + "2;a=b\r\nhi\r\n0\r\n\r\n"
        )
        _ = try client.get()
        let requests = origin.requests
        #expect(requests[0]["content-length"] == "2" && requests[0]["transfer-encoding"] == nil)
        #expect(
            requests[1]["transfer-encoding"] == "chunked" && requests[1]["content-length"] == nil)
        #expect(requests[1].rawBody.text == "2\r\nhi\r\n0\r\n\r\n", "extensions go no further")
        #expect(requests[2]["content-length"] == nil && requests[2]["transfer-encoding"] == nil)
    }

    @Test func trailersPassBothWays() throws {
        let origin = try Origin { connection in
            while try connection.request() != nil {
                try connection.send(
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n"
                        + "3;e\r\nabc\r\n0\r\nx-sum: 7\r\nx-more: y\r\n\r\n")
            }
        }
        let client = try Gateway(to: origin).client()
        let response = try client.exchange(
            "POST / HTTP/1.1\r\nhost: a\r\nte: trailers\r\ntransfer-encoding: chunked\r\n\r\n"
                + "2\r\nhi\r\n0\r\nx-check: 9\r\n\r\n")
        #expect(response.body.text == "abc")
        #expect(response.trailers.map { "\($0.name)=\($0.value)" } == ["x-sum=7", "x-more=y"])
        #expect(origin.requests[0].trailers.map { "\($0.name)=\($0.value)" } == ["x-check=9"])
        #expect(try client.get().status == 200, "the connection goes on")
    }

    @Test func chunksMayBeTiny() throws {
        let count = 50_000
        let chunks = String(repeating: "1\r\na\r\n", count: count) + "0\r\n\r\n"
        let origin = try Origin { connection in
            while let request = try connection.request() {
                try connection.send(
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n"
                        + "x-count: \(request.body.count)\r\n\r\n" + chunks)
            }
        }
        let client = try Gateway(to: origin).client()
        let socket = client.socket
        let request = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
        Thread.detachNewThread { try? socket.send(Array((request + chunks).utf8)) }
        let response = try client.response()
        #expect(response["x-count"] == "\(count)" && response.body.count == count)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        let requests = (0..<20).map { index in
            index % 3 == 0
                ? "POST /\(index) HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc"
                : "GET /\(index) HTTP/1.1\r\nhost: a\r\n\r\n"
        }
        try client.send(requests.joined())
        for index in 0..<20 {
            let response = try client.response()
            #expect(response.body.text.contains(" /\(index) HTTP"))
        }
    }

    @Test func bytesMayComeOneAtATime() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        try client.trickle(
            "POST /slow HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                + "5;k=v\r\nhello\r\n0\r\nx-t: 1\r\n\r\nGET /next HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try client.response().body.text == "POST /slow HTTP/1.1\nhello")
        #expect(try client.response().body.text == "GET /next HTTP/1.1\n")
    }

    @Test func responsesMayComeOneByteAtATime() throws {
        let origin = try Origin { connection in
            while try connection.request() != nil {
                for byte in Answer.ok("slow").utf8 { try connection.send([byte]) }
            }
        }
        let client = try Gateway(to: origin).client()
        #expect(try client.get().body.text == "slow")
        #expect(try client.get().body.text == "slow")
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 65_536, 3_000_000])
    func bodiesPassUnchanged(_ count: Int) throws {
        let body = [UInt8].pattern(count)
        let origin = try Origin { connection in
            while let request = try connection.request() {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: \(request.body.count)\r\n\r\n"
                try connection.send(Array(head.utf8) + request.body)
            }
        }
        let client = try Gateway(to: origin).client()
        let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n"
        let socket = client.socket
        Thread.detachNewThread { try? socket.send(Array(head.utf8) + body) }
        #expect(try client.response().body == body)
        #expect(origin.requests[0].body == body)
    }

    @Test func responsesWithoutABody() throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                switch request.target {
                case "/204": try connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                case "/304":
                    try connection.send(
                        "HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\netag: \"a\"\r\n\r\n")
                case "/chunked":
                    try connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                default: try connection.send("HTTP/1.1 200 OK\r\ncontent-length: 42\r\n\r\n")
                }
            }
        }
        let client = try Gateway(to: origin).client()
        let head = try client.exchange("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(head.status == 200 && head["content-length"] == "42")
        let chunked = try client.exchange("HEAD /chunked HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(chunked.status == 200 && chunked["content-length"] == nil)
        let noContent = try client.get("/204")
        #expect(noContent.status == 204 && noContent["content-length"] == nil)
        #expect(noContent["transfer-encoding"] == nil)
        let notModified = try client.get("/304")
        #expect(notModified.status == 304 && notModified["etag"] == "\"a\"")
        #expect(try client.exchange("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n").status == 200)
        #expect(client.reader.buffer.isEmpty)
    }

    @Test func aResponseThatEndsWithTheConnection() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send("HTTP/1.1 200 OK\r\nx-kind: close\r\n\r\nuntil the end")
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        for _ in 0..<2 {
            let response = try client.get()
            #expect(response.body.text == "until the end")
            #expect(response["transfer-encoding"] == "chunked", "so that the client's stays open")
        }
        let old = try gateway.client()
        try old.send("GET / HTTP/1.0\r\nhost: a\r\n\r\n")
        let response = try old.response()
        #expect(response.body.text == "until the end" && response["transfer-encoding"] == nil)
    }

    @Test func oldClients() throws {
        let origin = try Origin { connection in
            while try connection.request() != nil {
                try connection.send(
                    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")
            }
        }
        let gateway = try Gateway(to: origin)
        let once = try gateway.client()
        let response = try once.exchange("GET / HTTP/1.0\r\nhost: a\r\n\r\n")
        #expect(response.body.text == "hi" && response["transfer-encoding"] == nil)
        #expect(once.isClosed())
        let withoutHost = try gateway.client()
        #expect(try withoutHost.exchange("GET / HTTP/1.0\r\n\r\n").status == 200)
        let fixed = try Origin(answering: Answer.echo)
        let kept = try Gateway(to: fixed).client()
        for _ in 0..<2 {
            let response = try kept.exchange(
                "GET / HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n")
            #expect(response.status == 200 && response["content-length"] != nil)
            #expect(response["connection"]?.lowercased() == "keep-alive")
        }
    }

    @Test func closingWhenAskedTo() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        let response = try client.get("/", "connection: close")
        #expect(response["connection"] == "close")
        #expect(client.isClosed())
        #expect(origin.requests[0]["connection"] != "close", "the upstream's connection is ours")
    }

    @Test func otherFormsOfTarget() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        let absolute = try client.exchange(
            "GET http://b.example/p?q HTTP/1.1\r\nhost: a.example\r\n\r\n")
        #expect(absolute.body.text == "GET /p?q HTTP/1.1\n")
        #expect(origin.requests[0]["host"] == "b.example", "the target's host wins")
        let asterisk = try client.exchange("OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(asterisk.status == 200 && asterisk.body.text == "OPTIONS * HTTP/1.1\n")
        let tunnel = try client.exchange(
            "CONNECT b.example:443 HTTP/1.1\r\nhost: b.example:443\r\n\r\n")
        #expect(tunnel.status == 501 || tunnel.status == 405)
        #expect(tunnel.cause == "connect_not_allowed")
        #expect(origin.requests.count == 2)
    }

    @Test func curlIsServed() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        let url = "http://\(try gateway.address())"
        let result = try CommandResult.of(
            "curl", "-sS", "--fail", "-d", "a=b", "\(url)/one", "--next", "-sS", "-T",
            "/etc/hostname", "-H", "transfer-encoding: chunked", "\(url)/two")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("POST /one HTTP/1.1\na=bPUT /two HTTP/1.1\n"))
    }
}
