internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What a line of the access log looks like: text with fields in between, compiled once.
package struct AccessLogFormat: Sendable {
    /// A field, with the range of the text that stands before it.
    private struct Piece {
        let before: Range<Int>
        let field: AccessLogField
        /// Which of `headers` is meant; -1 for none.
        let header: Int
    }

    /// All text between fields, one after the other.
    private var text = ByteString()
    private var pieces: [Piece] = []
    private var headers: [HeaderName] = []
    private let isJSON: Bool

    /// One JSON object a line.
    package static let json: AccessLogFormat = {
        var format = AccessLogFormat(isJSON: true)
        var text = "{"
        for (name, meaning) in AccessLogField.standard {
            let quote = meaning.field.isNumber ? "" : "\""
            text += "\"\(name)\":\(quote)"
            format.append(text, meaning)
            text = "\(quote),"
        }
        format.text.append(text.dropLast() + "}\n")
        return format
    }()

    private init(isJSON: Bool) { self.isJSON = isJSON }

    private mutating func append(_ before: String, _ meaning: AccessLogField.Meaning) {
        let start = text.count
        text.append(before)
        if let header = meaning.header { headers.append(header) }
        pieces.append(
            Piece(
                before: start..<text.count, field: meaning.field,
                header: meaning.header == nil ? -1 : headers.count - 1))
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
            guard let field = AccessLogField.named(name) else {
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
            let piece = pieces[index]
            line.write(text.span.extracting(piece.before))
            if piece.header >= 0 {
                piece.field.write(stream, headers[piece.header], isJSON: isJSON, to: line)
            } else {
                piece.field.write(stream, clock: clock, isJSON: isJSON, to: line)
            }
            written = piece.before.upperBound
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
