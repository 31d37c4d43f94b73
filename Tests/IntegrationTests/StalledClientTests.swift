import Foundation
import Testing
import WeirLiveTesting

/// A client that opens every window of HTTP/2 and then reads no byte of its socket.
@Suite struct StalledClientTests {
    /// The preface, wide windows, and a GET of `/` for `a.example`, written by hand: the fields of
    /// RFC 7541's static table, and the authority as a literal.
    static let request: [UInt8] =
        [UInt8]("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        + [0, 0, 6, 4, 0, 0, 0, 0, 0] + [0, 4, 0x7F, 0xFF, 0xFF, 0xFF]
        + [0, 0, 4, 8, 0, 0, 0, 0, 0] + [0x7F, 0, 0, 0]
        + [0, 0, 14, 1, 5, 0, 0, 0, 1] + [0x82, 0x86, 0x84, 0x41, 9] + [UInt8]("a.example")

    @Test func isGivenUp() throws {
        let body = String(repeating: "x", count: 16 << 20)
        let origin = try Origin { connection in
            _ = try connection.request()
            try? connection.send(
                "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body)
        }
        let gateway = try Gateway(to: origin) {
            $0.listener = ["connection: [http2]", "timeouts: {write-idle: 300ms}"]
        }
        let client = try gateway.client(receiveBuffer: 4096)
        try client.send(Self.request)
        try eventually("the connection is closed") {
            try gateway.metric("weir_connection_failures_total", "write_idle") == 1
        }
        try eventually("the request is logged") { gateway.accessLog().count == 1 }
        #expect(gateway.accessLog().first?["cause"] as? String == "write_idle")
        #expect(try gateway.metric("weir_listener_open_connections", "edge") == 0)
    }
}
