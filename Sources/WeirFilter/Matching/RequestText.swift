public import WeirBase

extension RequestHead {
    /// The first cookie of that name (RFC 6265, section 5.4), without quotes around it; nil when
    /// the client sent none.
    public func cookie(_ name: ByteString) -> ByteString? {
        let headers = self.headers
        var index = headers.index(of: .cookie)
        while let line = index {
            let value = headers.value(at: line)
            if let found = Self.cookie(name, in: value) { return found }
            index = headers.index(of: .cookie, from: line + 1)
        }
        return nil
    }

    /// The first query parameter of that name, decoded; nil when there is none. Escapes that are
    /// none stay as they are.
    public func queryParameter(_ name: ByteString) -> ByteString? {
        guard let query = self.query else { return nil }
        var found: ByteString?
        Self.eachParameter(of: query.span) { own, value in
            guard Self.decoded(own) == name else { return false }
            found = Self.decoded(value)
            return true
        }
        return found
    }

    /// Calls `body` with the name and the value of each parameter, as they are written, until it
    /// returns true.
    static func eachParameter(
        of query: Span<UInt8>, _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) {
        var start = 0
        while start <= query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let pair = query.extracting(start..<end)
            let split = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
            let value = pair.extracting(min(split + 1, pair.count)..<pair.count)
            if body(pair.extracting(0..<split), value) { return }
            start = end + 1
        }
    }

    private static func cookie(_ name: ByteString, in line: Span<UInt8>) -> ByteString? {
        var start = 0
        while start <= line.count {
            let end = line.firstIndex(of: UInt8(ascii: ";"), from: start) ?? line.count
            let pair = line.extracting(start..<end).trimmed
            if let split = pair.firstIndex(of: UInt8(ascii: "=")),
                pair.extracting(0..<split).trimmed.equals(name.span)
            {
                var value = pair.extracting(split + 1..<pair.count).trimmed
                let quote = UInt8(ascii: "\"")
                if value.count >= 2 && value[0] == quote && value[value.count - 1] == quote {
                    value = value.extracting(1..<value.count - 1)
                }
                return ByteString(value)
            }
            start = end + 1
        }
        return nil
    }

    /// A name or value without its escapes.
    static func decoded(_ text: Span<UInt8>) -> ByteString {
        var result = ByteString()
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "%"), index + 2 < text.count,
                let high = text[index + 1].hexValue, let low = text[index + 2].hexValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }
}
