import Foundation
import Testing
import WeirLiveTesting

/// Large bodies pass through in constant memory, however slowly they are read.
@Suite(.serialized) struct MemoryTests {
    static let size: Int =
        ProcessInfo.processInfo.environment["WEIR_BIG"] == "1" ? 1 << 30 : 256 << 20

    /// KiB by which the process may grow.
    static let bound = 8 << 10

    static let piece = [UInt8].pattern(1 << 20)

    /// Receives so many bytes in small reads and calls `sample` now and then.
    static func drain(_ socket: Socket, _ count: Int, sample: () -> Void) throws {
        var left = count
        var sampled = left
        while left > 0 {
            let bytes = try socket.receive(min(left, 64 * 1024), within: .seconds(30))
            if bytes.isEmpty { throw CutOff(received: []) }
            left -= bytes.count
            if sampled - left > 8 << 20 {
                sampled = left
                sample()
                // A reader that takes its time: both sides of the gateway fill up.
                usleep(5000)
            }
        }
    }

    @Test(arguments: ["content-length: \(size)", "transfer-encoding: chunked"])
    func downloads(_ framing: String) throws {
        let origin = try Origin { connection in
            while let request = try connection.request() {
                guard request.target == "/big" else {
                    try connection.send(Answer.ok())
                    continue
                }
                try connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
                let isChunked = framing.contains("chunked")
                for _ in 0..<Self.size >> 20 {
                    if isChunked { try connection.send("100000\r\n") }
                    try connection.send(Self.piece)
                    if isChunked { try connection.send("\r\n") }
                }
                if isChunked { try connection.send("0\r\n\r\n") }
            }
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client(receiveBuffer: 64 * 1024)
        for _ in 0..<20 { _ = try client.get() }
        let before = gateway.memory
        var peak = before
        try client.send("GET /big HTTP/1.1\r\nhost: a\r\n\r\n")
        let head = try #require(try client.reader.head())
        #expect(head.status == 200)
        let left = Self.size - client.reader.buffer.count
        try Self.drain(client.socket, left) { peak = max(peak, gateway.memory) }
        #expect(before > 0 && peak - before < Self.bound, "\(before) KiB grew to \(peak) KiB")
    }

    @Test func uploads() throws {
        let origin = try Origin { connection in
            while let head = try connection.head() {
                if head.target == "/big" {
                    let left = Self.size - connection.unread
                    try Self.drain(connection.socket, left) {}
                }
                try connection.send(Answer.ok("taken"))
            }
        }
        let gateway = try Gateway(to: origin)
        let client = try gateway.client()
        for _ in 0..<20 { _ = try client.get() }
        let before = gateway.memory
        var peak = before
        try client.send("POST /big HTTP/1.1\r\nhost: a\r\ncontent-length: \(Self.size)\r\n\r\n")
        for index in 0..<Self.size >> 20 {
            try client.socket.send(Self.piece, within: .seconds(30))
            if index % 8 == 0 { peak = max(peak, gateway.memory) }
        }
        #expect(try client.response().body.text == "taken")
        #expect(before > 0 && peak - before < Self.bound, "\(before) KiB grew to \(peak) KiB")
    }
}
