import WeirBase
import WeirFilter

@testable import TlsFilter

/// A transport whose other end is the test.
final class MemoryTransport: Transport {
    /// What can be read.
    var input: [UInt8] = []
    /// Whether the stream ends after `input`.
    var hasEnded = false
    /// Whether the connection is reset after `input`.
    var isReset = false
    /// What was written.
    var output: [UInt8] = []
    /// How many more bytes are taken.
    var room = Int.max
    private(set) var isWriteEnded = false
    private(set) var isClosed = false
    private(set) var reads = 0
    private(set) var writes = 0

    func read(into buffer: ByteBuffer) -> IOResult {
        reads += 1
        if isClosed { return .closed(errno: 0) }
        if input.isEmpty {
            if isReset { return .closed(errno: 104) }
            return hasEnded ? .end : .wouldBlock
        }
        let count = buffer.append(input.span)
        input.removeFirst(count)
        return .bytes(count)
    }

    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        writes += 1
        if isClosed || isReset { return .closed(errno: 32) }
        if room == 0 { return .wouldBlock }
        var taken = 0
        for index in 0..<first.count where taken < room {
            output.append(first[index])
            taken += 1
        }
        for index in 0..<second.count where taken < room {
            output.append(second[index])
            taken += 1
        }
        room -= taken
        return .bytes(taken)
    }

    func shutdownWrite() { isWriteEnded = true }
    func close() { isClosed = true }

    /// Takes what was written.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }
}

// Macros of tests cannot hold spans.

extension Transport {
    /// Writes arrays.
    func write(_ first: [UInt8], _ second: [UInt8] = []) -> IOResult {
        write(first.span, second.span)
    }
}

extension TicketKeys {
    /// The key of a name.
    func find(_ name: [UInt8]) -> (key: Key, isOld: Bool)? { find(name.span) }
}

extension ServerName {
    /// The clean form of a text.
    static func clean(_ text: String) -> String? { clean(Array(text.utf8).span) }
}

extension ProtocolList {
    /// Where the first of `names` stands in a list.
    static func choose(_ offered: [UInt8], from names: [String]) -> Range<Int>? {
        choose(offered.span, from: names)
    }
}
