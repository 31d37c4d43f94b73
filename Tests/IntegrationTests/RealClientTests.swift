import Foundation
import Testing
import WeirLiveTesting

/// Clients that people use, over HTTP/2 with and without TLS.
@Suite struct RealClientTests {
    static func run(_ words: String...) throws -> CommandResult { try CommandResult.of(words) }

    /// An origin that says what it got, before a gateway that speaks HTTP/2 without TLS.
    static func plain() throws -> Gateway {
        try Gateway(to: try Origin(answering: answer)) { $0.listener = ["connection: [http2]"] }
    }

    static func secure() throws -> Gateway {
        let certificates = try Certificates.shared.get()
        return try Gateway(to: try Origin(answering: answer)) { $0.serveTLS(certificates) }
    }

    static func answer(_ request: Message) -> String {
        if request.method == "HEAD" { return "HTTP/1.1 200 OK\r\ncontent-length: 77\r\n\r\n" }
        if request.target == "/trailers" {
            return "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
                + "4\r\nbody\r\n0\r\nx-sum: 7\r\n\r\n"
        }
        if request.target == "/length" { return Answer.ok("\(request.body.count)") }
        return Answer.echo(request)
    }

    @Test func curlWithoutTLS() throws {
        let gateway = try Self.plain()
        let url = "http://\(try gateway.address())"
        let curl = [
            "curl", "-sS", "--http2-prior-knowledge", "-w", "|%{http_version} %{http_code}",
        ]
        var result = try CommandResult.of(curl + ["\(url)/a?b=c"])
        #expect(result.output == "GET /a?b=c HTTP/1.1\n|2 200", "\(result.errors)")
        result = try CommandResult.of(curl + ["-I", url])
        #expect(result.output.contains("HTTP/2 200") && result.output.hasSuffix("|2 200"))
        #expect(result.output.contains("content-length: 77"))
        result = try CommandResult.of(curl + ["-D", "-", "\(url)/trailers"])
        #expect(result.output.contains("body") && result.output.contains("x-sum: 7"))
        // Beside it, HTTP/1.1 on the same port; an offer to upgrade to h2c is none of our business.
        result = try Self.run("curl", "-sS", "--http2", "-w", "|%{http_version}", "\(url)/b")
        #expect(result.output == "GET /b HTTP/1.1\n|1.1")
    }

    @Test func curlUploads() throws {
        let gateway = try Self.plain()
        let file = "\(gateway.folder.path)/upload"
        try Data([UInt8].pattern(5_000_000)).write(to: URL(fileURLWithPath: file))
        let url = "http://\(try gateway.address())/length"
        for more in [["-H", "content-length:"], ["-H", "expect: 100-continue"], []] {
            let result = try CommandResult.of(
                ["curl", "-sS", "--http2-prior-knowledge", "-T", file] + more + [url])
            #expect(result.output == "5000000", "\(result.errors)")
        }
    }

    @Test func curlOverTLS() throws {
        let certificates = try Certificates.shared.get()
        let gateway = try Self.secure()
        guard case .ip(_, let port) = try gateway.address() else { return }
        let url = "https://a.example:\(port)"
        let curl = [
            "curl", "-sS", "--cacert", certificates.authority, "--resolve",
            "a.example:\(port):127.0.0.2", "-w", "|%{http_version}",
        ]
        var result = try CommandResult.of(curl + ["\(url)/a"])
        #expect(result.output == "GET /a HTTP/1.1\n|2", "\(result.errors)")
        result = try CommandResult.of(curl + ["--http1.1", "\(url)/a"])
        #expect(result.output == "GET /a HTTP/1.1\n|1.1")
        result = try CommandResult.of(curl + ["--tls-max", "1.2", "-d", "body", "\(url)/a"])
        #expect(result.output == "POST /a HTTP/1.1\nbody|2")
        // The name is not in the certificate.
        result = try Self.run(
            "curl", "-sS", "--cacert", certificates.authority, "--resolve",
            "z.example:\(port):127.0.0.2", "https://z.example:\(port)/")
        #expect(result.status == 60 && result.output.isEmpty)
    }

    @Test func nghttp() throws {
        let gateway = try Self.plain()
        let url = "http://\(try gateway.address())"
        let body = "\(gateway.folder.path)/body"
        try gateway.folder.write("body", to: "body")
        var result = try Self.run("nghttp", "-v", "\(url)/one", "\(url)/two", "\(url)/three")
        #expect(result.status == 0)
        #expect(result.output.components(separatedBy: ":status: 200").count == 4)
        #expect(result.output.contains("GET /one HTTP/1.1"))
        result = try Self.run(
            "nghttp", "-v", "-d", body, "-H", "te: trailers", "--trailer", "x-check: 9",
            "\(url)/up")
        #expect(result.output.contains("POST /up HTTP/1.1\nbody"), "\(result.output)")
        result = try Self.run("nghttp", "-v", "\(url)/trailers")
        #expect(result.output.contains("x-sum: 7"))
    }

    @Test(arguments: [false, true])
    func h2load(overTLS: Bool) throws {
        let gateway = try overTLS ? Self.secure() : Self.plain()
        let url = "\(overTLS ? "https" : "http")://\(try gateway.address())/"
        let result = try Self.run("h2load", "-n", "3000", "-c", "10", "-m", "20", url)
        #expect(
            result.output.contains(
                "3000 total, 3000 started, 3000 done, 3000 succeeded, 0 failed, 0 errored"),
            "\(result.output)")
        #expect(
            try gateway.metric("weir_listener_requests_total", "listener=\"edge\"") == 3000)
    }

    @Test func httpx() throws {
        let certificates = try Certificates.shared.get()
        let gateway = try Self.secure()
        let result = try Python.run(
            "httpx_client.py", ["https://\(try gateway.address())", certificates.authority])
        #expect(result.status == 0, "\(result.errors)")
    }
}
