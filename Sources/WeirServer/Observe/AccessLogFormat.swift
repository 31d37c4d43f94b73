internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// What a line of the access log looks like: text with fields in between, compiled once.
package struct AccessLogFormat: Sendable {
    enum Piece: Sendable {
        case literal(ByteString)
        case field(AccessLogField, isJSON: Bool)
    }

    let pieces: [Piece]

    /// One JSON object a line.
    package static let json: AccessLogFormat = {
        let fields = AccessLogField.standard
        var pieces: [Piece] = []
        for (index, (name, field)) in fields.enumerated() {
            let quote = field.isNumber ? "" : "\""
            let before = index == 0 ? "{" : "\(fields[index - 1].1.isNumber ? "" : "\""),"
            pieces.append(.literal(ByteString("\(before)\"\(name)\":\(quote)")))
            pieces.append(.field(field, isJSON: true))
        }
        pieces.append(.literal(fields.last?.1.isNumber ?? true ? "}\n" : "\"}\n"))
        return AccessLogFormat(pieces: pieces)
    }()

    private init(pieces: [Piece]) { self.pieces = pieces }

    /// Reads a template such as `%{client-address} %{method} %{path} %{status}`.
    ///
    /// Nil, with the unknown field's name, when there is no such field.
    package static func template(_ text: String) -> Result<AccessLogFormat, UnknownField> {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.range(of: "%{"),
            let close = rest[open.upperBound...].firstIndex(of: "}")
        {
            if open.lowerBound > rest.startIndex {
                pieces.append(.literal(ByteString(String(rest[..<open.lowerBound]))))
            }
            let name = String(rest[open.upperBound..<close])
            guard let field = AccessLogField(name) else {
                return .failure(UnknownField(name: name))
            }
            pieces.append(.field(field, isJSON: false))
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.literal(ByteString(String(rest) + "\n")))
        return .success(AccessLogFormat(pieces: pieces))
    }

    /// A template names a field that does not exist.
    package struct UnknownField: Error {
        package let name: String
    }

    /// Appends the line of a finished stream.
    func write(_ stream: FilterStream, clock: WallClock, to line: inout [UInt8]) {
        for piece in pieces {
            switch piece {
            case .literal(let text): line.append(contentsOf: text.storage)
            case .field(let field, let isJSON):
                field.write(stream, clock: clock, isJSON: isJSON, to: &line)
            }
        }
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
