public import WeirBase

/// The fields of a message as text, in order, repeated names and all.
public struct TestFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One field line.
    public struct Line: Sendable, Hashable {
        /// The name as it is spelt.
        public var name: String
        /// The value.
        public var value: String

        /// Writes a line.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The lines.
    public var lines: [Line]

    /// Writes fields; a name may stand there several times.
    public init(dictionaryLiteral elements: (String, String)...) {
        lines = elements.map { Line($0.0, $0.1) }
    }

    /// Copies the fields of a message.
    public init(_ headers: HeaderMap) {
        lines = (0..<headers.count).map {
            Line(headers.name(at: $0).string, headers.value(at: $0).string)
        }
    }

    /// The value of the first line of that name, in any case; nil when there is none.
    public subscript(name: String) -> String? { values(name).first }

    /// The values of all lines of that name, in any case.
    public func values(_ name: String) -> [String] {
        lines.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// Whether there are no lines.
    public var isEmpty: Bool { lines.isEmpty }

    /// The fields as a codec hands them over: one block of received bytes with ranges in it.
    public var headerMap: HeaderMap {
        var block: [UInt8] = []
        var ranges: [(name: Range<Int>, value: Range<Int>)] = []
        for line in lines {
            let name = block.count..<block.count + line.name.utf8.count
            block.append(contentsOf: line.name.utf8)
            block.append(contentsOf: ": ".utf8)
            let value = block.count..<block.count + line.value.utf8.count
            block.append(contentsOf: line.value.utf8)
            block.append(contentsOf: "\r\n".utf8)
            ranges.append((name, value))
        }
        var map = HeaderMap()
        map.adopt(block.span)
        for range in ranges {
            let known = KnownHeader.named(block.span.extracting(range.name))
            map.appendParsed(known: known, name: range.name, value: range.value)
        }
        return map
    }

    /// The same fields in the other direction, lines of one name still in their order.
    var reversed: TestFields {
        var names: [String] = []
        for line in lines where !names.contains(line.name.lowercased()) {
            names.append(line.name.lowercased())
        }
        return regrouped(names.reversed())
    }

    /// The same fields in upper case.
    var shouted: TestFields {
        var fields = self
        for index in fields.lines.indices {
            fields.lines[index].name = fields.lines[index].name.uppercased()
        }
        return fields
    }

    /// What counts when two messages are compared: neither case nor the order of different names.
    public var canonical: TestFields { regrouped(Set(lines.map { $0.name.lowercased() }).sorted()) }

    private func regrouped(_ names: [String]) -> TestFields {
        var fields: TestFields = [:]
        for name in names { fields.lines += values(name).map { Line(name, $0) } }
        return fields
    }
}

extension TestFields: CustomStringConvertible {
    /// The lines as they stand in a message.
    public var description: String {
        lines.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }
}
