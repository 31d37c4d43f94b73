internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What a line of the access log looks like: text with fields in between, compiled once.
package struct AccessLogFormat: Sendable {
    /// A field, with the text that stands before it.
    struct Piece: Sendable {
        let before: [UInt8]
        let field: AccessLogField
    }

    private let pieces: [Piece]
    private let end: [UInt8]
    private let isJSON: Bool

    /// One JSON object a line.
    package static let json: AccessLogFormat = {
        var pieces: [Piece] = []
        var text = "{"
        for (name, field) in AccessLogField.standard {
            let quote = field.isNumber ? "" : "\""
            text += "\"\(name)\":\(quote)"
            pieces.append(Piece(before: Array(text.utf8), field: field))
            text = "\(quote),"
        }
        return AccessLogFormat(
            pieces: pieces, end: Array((text.dropLast() + "}\n").utf8), isJSON: true)
    }()

    private init(pieces: [Piece], end: [UInt8], isJSON: Bool) {
        self.pieces = pieces
        self.end = end
        self.isJSON = isJSON
    }

    /// Reads a template such as `%{client-address} %{method} %{path} %{status}`.
    ///
    /// Fails with the unknown field's name when there is no such field.
    package static func template(_ text: String) -> Result<AccessLogFormat, UnknownField> {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.range(of: "%{"),
            let close = rest[open.upperBound...].firstIndex(of: "}")
        {
            let name = String(rest[open.upperBound..<close])
            guard let field = AccessLogField(name) else {
                return .failure(UnknownField(name: name))
            }
            pieces.append(Piece(before: Array(rest[..<open.lowerBound].utf8), field: field))
            rest = rest[rest.index(after: close)...]
        }
        return .success(
            AccessLogFormat(
                pieces: pieces, end: Array((String(rest) + "\n").utf8), isJSON: false))
    }

    /// A template names a field that does not exist.
    package struct UnknownField: Error {
        package let name: String
    }

    /// Appends the line of a finished stream.
    func write(_ stream: FilterStream, clock: WallClock, to line: inout [UInt8]) {
        for index in pieces.indices {
            line.append(contentsOf: pieces[index].before)
            pieces[index].field.write(stream, clock: clock, isJSON: isJSON, to: &line)
        }
        line.append(contentsOf: end)
    }
}

extension Substring {
    /// The first place where `other` stands.
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) {
                return start..<index(start, offsetBy: other.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
