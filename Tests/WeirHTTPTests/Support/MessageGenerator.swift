import WeirBase

/// Makes random requests that are valid in every detail.
struct MessageGenerator {
    var random: SplitMix

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    /// A request with its body.
    mutating func request() -> ByteString {
        let isOld = random.below(8) == 0
        var text = ByteString()
        if random.below(6) == 0 { text.append("\r\n") }
        let method = random.pick(["GET", "POST", "PUT", "PROPFIND", "X"])
        text.append("\(method) \(target()) HTTP/1.\(isOld ? 0 : 1)\r\n")
        let host = random.pick(["a", "b.c:80", "[::1]"])
        var lines = ["\(random.pick(["Host", "host", "HOST"])):\(blank())\(host)\(blank())"]
        for _ in 0..<random.below(8) { lines.append(field()) }
        let body = random.below(isOld ? 2 : 3)
        let data = content()
        if body == 1 { lines.append("Content-Length: \(data.count)") }
        if body == 2 { lines.append("Transfer-Encoding: chunked") }
        while !lines.isEmpty {
            text.append(lines.remove(at: random.below(lines.count)))
            text.append("\r\n")
        }
        text.append("\r\n")
        if body == 1 { text.append(data) }
        if body == 2 { appendChunks(of: data, to: &text) }
        return text
    }

    private mutating func target() -> String {
        random.pick(["/", "/a/b", "/a//../c?d=e", "/%41;x?y", "/a.b/c?", "http://d:81/e?f"])
    }

    private mutating func blank() -> String { random.pick(["", " ", "\t", "  \t "]) }

    private mutating func field() -> String {
        let name = random.pick([
            "Accept", "x", "Cookie", "X-Forwarded-For", "User-Agent", "a-b_c!", "Connection",
        ])
        let value = random.pick([
            "", "a", "keep-alive", "close", "a, b;c=\"d\"", "é\t x",
            String(repeating: "v", count: 99),
        ])
        return "\(name):\(blank())\(value)\(blank())"
    }

    private mutating func content() -> ByteString {
        var data = ByteString()
        let count = random.pick([0, 1, 2, 15, 16, 17, 255, 300])
        for _ in 0..<count { data.append(UInt8(truncatingIfNeeded: random.next())) }
        return data
    }

    private mutating func appendChunks(of data: ByteString, to text: inout ByteString) {
        var position = 0
        while position < data.count {
            let count = min(data.count - position, 1 + random.below(40))
            text.append(random.pick(["", "0", "00"]))
            text.append(String(count, radix: 16, uppercase: random.below(2) == 0))
            text.append(random.pick(["", "", ";a", ";a=b;c=\"d\\\"e\""]))
            text.append("\r\n")
            text.append(data.span.extracting(position..<position + count))
            text.append("\r\n")
            position += count
        }
        text.append(random.pick(["0", "000", "0;last"]))
        text.append("\r\n")
        for _ in 0..<random.below(3) {
            text.append("X-Trailer\(random.below(9)):\(blank())t\(blank())\r\n")
        }
        text.append("\r\n")
    }
}
