internal import WeirBase

/// What the script's caller needs to know of a reply.
enum RedisReply: Equatable {
    /// The script's numbers.
    case numbers([Int])
    /// Redis does not know the script.
    case unknownScript
    /// Another node has the keys of the slot, for good.
    case moved(slot: Int, SocketAddress)
    /// Another node may have the key, for this time.
    case ask(SocketAddress)
    /// The keys live in several slots of a Redis Cluster, whose nodes do not share a step.
    case crossSlot
    /// Anything else, by the first word of an error.
    case failed(String)

    /// Reads a reply; `isAsking` for one that follows the reply to ASKING.
    init(_ body: Span<UInt8>, isAsking: Bool = false) {
        var reader = LineReader(body)
        if isAsking {
            let line = reader.next()
            guard line.kind == UInt8(ascii: "+") else {
                self = .failed("ASKING")
                return
            }
        }
        let first = reader.next()
        if first.kind == UInt8(ascii: "-") {
            self = Self.error(first.text(in: body))
            return
        }
        guard first.kind == UInt8(ascii: "*"), let count = first.number(in: body),
            (0...1024).contains(count)
        else {
            self = .failed("reply")
            return
        }
        var numbers: [Int] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count {
            let line = reader.next()
            guard line.kind == UInt8(ascii: ":"), let number = line.number(in: body) else {
                self = .failed("reply")
                return
            }
            numbers.append(number)
        }
        self = .numbers(numbers)
    }

    private static func error(_ text: String) -> RedisReply {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        switch words.first {
        case "NOSCRIPT": return .unknownScript
        case "CROSSSLOT": return .crossSlot
        case "MOVED", "ASK":
            guard words.count >= 3, let slot = Int(words[1]), (0..<RedisSlot.count).contains(slot),
                let address = address(words[2])
            else { return .failed(String(words[0])) }
            return words[0] == "MOVED" ? .moved(slot: slot, address) : .ask(address)
        default: return .failed(String((words.first ?? "").prefix(32)))
        }
    }

    /// An address as Redis writes it: an IPv6 one has no brackets.
    private static func address(_ text: Substring) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]),
            let host = IPAddress(String(text[..<colon])), port > 0
        else { return nil }
        return .ip(host, port: port)
    }
}

/// Goes from line to line.
private struct LineReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// A line without its kind and its end; the kind is 0 when there is none.
    struct Line {
        let kind: UInt8
        let range: Range<Int>

        func text(in bytes: Span<UInt8>) -> String {
            ByteString(bytes.extracting(range)).description
        }

        func number(in bytes: Span<UInt8>) -> Int? {
            bytes.extracting(range).decimal.map { Int($0) }
        }
    }

    @_lifetime(self: copy self)
    mutating func next() -> Line {
        let start = offset
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: start), end > start + 1
        else {
            offset = bytes.count
            return Line(kind: 0, range: 0..<0)
        }
        offset = end + 1
        return Line(kind: bytes[start], range: start + 1..<end - 1)
    }
}
