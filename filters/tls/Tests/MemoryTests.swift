import Foundation
import Testing
import WeirBase
import WeirFilter

@testable import TlsFilter

/// What the module's part of a connection takes. It reads the memory of the whole process, so it
/// runs alone and when asked for; `IdleMemoryTests` keeps the bound for a whole gateway.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WEIR_MEMORY"] == "1"))
struct MemoryTests {
    /// The process's memory in use, in bytes.
    private static func resident() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return Int(text.split(separator: " ")[1])! * 4096
    }

    @Test func anIdleConnectionIsSmall() throws {
        let folder = try Folder()
        let factory = try makeServer(folder)
        var transports: [any Transport] = []
        transports.reserveCapacity(2000)
        func connect() throws {
            let link = unsafe try Link(factory)
            #expect(link.handshake().isDone)
            // A request and its response, as on any kept connection.
            link.peer.write("GET / HTTP/1.1\r\nhost: a.example\r\n\r\n")
            link.inner.input = link.peer.takeOutput()
            _ = link.read()
            let answer = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
            #expect(link.transport.write(answer) == .bytes(answer.count))
            _ = link.inner.takeOutput()
            transports.append(link.transport)
        }
        for _ in 0..<100 { try connect() }
        let before = try Self.resident()
        for _ in 0..<1900 { try connect() }
        let each = (try Self.resident() - before) / 1900
        print("an idle TLS connection holds \(each) bytes")
        #expect(each < 12 << 10)
        for transport in transports { transport.close() }
    }
}
