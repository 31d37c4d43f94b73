import Foundation
import Testing
import WeirLiveTesting

/// Heads that an upstream should never have sent are answered with 502 and a cause that says why.
@Suite struct BadUpstreamTests {
    static let heads: [(bytes: String, cause: String)] = [
        ("ICY 200 OK\r\n\r\n", "upstream_bad_status_line"),
        ("HTTP/1.1 abc OK\r\n\r\n", "upstream_bad_status_line"),
        ("HTTP/1.1 99 Low\r\n\r\n", "upstream_bad_status_line"),
        ("HTTP/1.1  200 OK\r\n\r\n", "upstream_bad_status_line"),
        ("garbage and more garbage\r\n\r\n", "upstream_bad_status_line"),
        ("HTTP/2.0 200 OK\r\n\r\n", "upstream_unsupported_version"),
        ("HTTP/1.1 200 OK\ncontent-length: 0\n\n", "upstream_bare_lf"),
        ("HTTP/1.1 200 OK\r\nx: a\rset-cookie: b\r\n\r\n", "upstream_bare_cr"),
        ("HTTP/1.1 200 OK\r\nx: a\nset-cookie: b\r\n\r\n", "upstream_bare_lf"),
        ("HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n", "upstream_line_folding"),
        ("HTTP/1.1 200 OK\r\nx : a\r\n\r\n", "upstream_bad_header"),
        ("HTTP/1.1 200 OK\r\nx: a\u{0}b\r\n\r\n", "upstream_bad_header"),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "upstream_bad_header"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
            "upstream_several_content_lengths"
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nab", "upstream_bad_content_length"),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "upstream_content_length_with_transfer_encoding"
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "upstream_unknown_transfer_encoding"
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "upstream_bad_transfer_encoding"
        ),
        (
            "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "upstream_transfer_encoding_in_http_1_0"
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4", "upstream_closed_early"),
        ("", "upstream_closed_early"),
    ]

    @Test(arguments: [false, true]) func badHeadsBecome502(_ isBytewise: Bool) throws {
        let origin = try Origin { connection in
            guard let request = try connection.request(),
                let index = Int(request.target.dropFirst())
            else { return }
            let bytes = Self.heads[index].bytes
            if isBytewise {
                for byte in bytes.utf8 { try connection.send([byte]) }
            } else {
                try connection.send(bytes)
            }
            connection.socket.shutdownWrite()
            try connection.waitForEnd()
        }
        let gateway = try Gateway(to: origin)
        for (index, head) in Self.heads.enumerated() {
            let client = try gateway.client()
            let response = try client.get("/\(index)")
            #expect(response.status == 502, "\(head.bytes.debugDescription)")
            #expect(response.cause == head.cause, "\(head.bytes.debugDescription)")
            #expect(try client.get("/\(index)").status == 502, "the client's connection goes on")
        }
        try eventually("the log has them all") {
            gateway.accessLog().count == Self.heads.count * 2
        }
        let causes = Set(gateway.accessLog().compactMap { $0["cause"] as? String })
        #expect(causes == Set(Self.heads.map(\.cause)))
    }

    @Test func heavyHeadsBecome502() throws {
        let origin = try Origin(answering: { request in
            request.target == "/long"
                ? Answer.ok("", "x: " + String(repeating: "a", count: 70_000))
                : "HTTP/1.1 200 OK\r\n" + String(repeating: "x: y\r\n", count: 201) + "\r\n"
        })
        let client = try Gateway(to: origin).client()
        #expect(try client.get("/long").cause == "upstream_headers_too_large")
        #expect(try client.get("/many").cause == "upstream_too_many_headers")
        let large = try Origin(answering: { _ in
            Answer.ok("", "x: " + String(repeating: "a", count: 60_000))
        })
        let response = try Gateway(to: large).client().get()
        #expect(response.status == 200 && response["x"]?.count == 60_000)
    }

    @Test func aResetBecomes502() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            connection.reset()
        }
        let response = try Gateway(to: origin).client().get()
        #expect(response.status == 502 && response.cause == "upstream_reset")
    }

    @Test func switchingProtocolsUnasked() throws {
        let origin = try Origin { connection in
            _ = try connection.request()
            try connection.send(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                    + "connection: upgrade\r\n\r\n")
            try connection.waitForEnd()
        }
        let client = try Gateway(to: origin).client()
        #expect(try client.get().status == 502)
    }
}
