/// A request or response as it came over the wire.
package struct Message: Sendable {
    /// The first line.
    package var start = ""
    /// The field lines, in order.
    package var fields: [(name: String, value: String)] = []
    /// The body without its framing.
    package var body: [UInt8] = []
    /// Fields after a chunked body.
    package var trailers: [(name: String, value: String)] = []
    /// The head's bytes, with the empty line.
    package var rawHead: [UInt8] = []
    /// The body's bytes with their framing.
    package var rawBody: [UInt8] = []

    /// The status code of a response, 0 when there is none.
    package var status: Int { Int(start.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    /// `HTTP/1.1`, of a response.
    package var version: String { String(start.prefix(8)) }
    /// The method of a request.
    package var method: String { String(start.split(separator: " ").first ?? "") }
    /// The target of a request.
    package var target: String { String(start.split(separator: " ").dropFirst().first ?? "") }

    /// The values of a field, joined as a recipient may; nil when there is none.
    package subscript(name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// The values of the field's lines, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// Why the gateway answered by itself.
    package var cause: String? { self["x-weir-cause"] }

    init(head: [UInt8]) {
        rawHead = head
        let lines = head.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        start = lines.first.map(String.init) ?? ""
        fields = lines.dropFirst().compactMap(Self.field)
    }

    static func field(_ line: some StringProtocol) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let value = line[line.index(after: colon)...].drop(while: isSpace)
        let end = value.lastIndex { !isSpace($0) }.map { value.index(after: $0) }
        return (String(line[..<colon]), String(value[..<(end ?? value.startIndex)]))
    }
}
