internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What a line of the access log looks like: text with fields in between, compiled once.
package struct AccessLogFormat: Sendable {
    /// A field, with the range of the text that stands before it.
    private struct Piece {
        let before: Range<Int>
        let field: AccessLogField
    }

    /// All text between fields, one after the other.
    private var text = ByteString()
    private var pieces: [Piece] = []
    private let isJSON: Bool

    /// One JSON object a line.
    package static let json: AccessLogFormat = {
        var format = AccessLogFormat(isJSON: true)
        var text = "{"
        for (name, field) in AccessLogField.standard {
            let quote = field.isNumber ? "" : "\""
            text += "\"\(name)\":\(quote)"
            format.append(text, field)
            text = "\(quote),"
        }
        format.text.append(text.dropLast() + "}\n")
        return format
    }()

    private init(isJSON: Bool) { self.isJSON = isJSON }

    private mutating func append(_ before: String, _ field: AccessLogField) {
        let start = text.count
        text.append(before)
        pieces.append(Piece(before: start..<text.count, field: field))
    }

    /// Reads a template such as `%{client-address} %{method} %{path} %{status}`.
    ///
    /// Fails with the unknown field's name when there is no such field.
    package static func template(_ text: String) -> Result<AccessLogFormat, UnknownField> {
        var format = AccessLogFormat(isJSON: false)
        var rest = text[...]
        while let open = rest.range(of: "%{"),
            let close = rest[open.upperBound...].firstIndex(of: "}")
        {
            let name = String(rest[open.upperBound..<close])
            guard let field = AccessLogField(name) else {
                return .failure(UnknownField(name: name))
            }
            format.append(String(rest[..<open.lowerBound]), field)
            rest = rest[rest.index(after: close)...]
        }
        format.text.append(String(rest) + "\n")
        return .success(format)
    }

    /// A template names a field that does not exist.
    package struct UnknownField: Error {
        package let name: String
    }

    /// Appends the line of a finished stream.
    func write(_ stream: FilterStream, clock: WallClock, to line: ByteBuffer) {
        let text = self.text
        var written = 0
        for index in pieces.indices {
            line.write(text.span.extracting(pieces[index].before))
            pieces[index].field.write(stream, clock: clock, isJSON: isJSON, to: line)
            written = pieces[index].before.upperBound
        }
        line.write(text.span.extracting(written..<text.count))
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
