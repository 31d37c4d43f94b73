internal import WeirFilter

extension Cursor {
    /// Decodes what stands here. Whatever goes wrong is noted, and either a placeholder stands in
    /// or `DecodingFailure.reported` is thrown.
    func decode<Value: Decodable>(_ type: Value.Type) throws(DecodingFailure) -> Value {
        if let scalar = Value.self as? any ScalarValue.Type {
            return scalarOrPlaceholder(scalar) as! Value
        }
        if type == Secret.self, node.text != nil { context.secretMarks.insert(node.mark) }
        let decoder = NodeDecoder(self)
        do {
            let value = try Value(from: decoder)
            decoder.reportUnknownKeys(isComplete: true)
            return value
        } catch {
            decoder.reportUnknownKeys(isComplete: false)
            report(error, decoding: type)
        }
        if let placeholder = Placeholder.value(type) { return placeholder }
        throw .reported
    }

    /// Decodes what stands here; nil, with the problem noted, when that fails.
    func decodeOrNil<Value: Decodable>(_ type: Value.Type) -> Value? {
        do { return try decode(type) } catch { return nil }
    }

    func report<Value>(_ error: any Error, decoding type: Value.Type) {
        switch error {
        case let failure as DecodingFailure: failure.report(to: context)
        case let error as ConfigurationError: report(error)
        case let error as DecodingError: report(error, decoding: type)
        default: report("\(error)")
        }
    }

    /// Notes an error at the field that it names, or as near to it as the file goes.
    func report(_ error: ConfigurationError) { place(of: error.path).report(error.message) }

    /// The field at the end of a path of names in Swift's or the file's spelling. When the file
    /// does not go that far, the path does all the same, and the node is the last one on the way.
    func place(of path: [String]) -> Cursor {
        var cursor = self
        var isThere = true
        for name in path {
            let key = KebabCase.from(name)
            if isThere, let list = cursor.node.list, let index = Int(name), list.indices ~= index {
                cursor = cursor.child(index, list[index])
            } else if isThere, let mapping = cursor.node.mapping,
                let entry = mapping.entries.first(where: { $0.key == name || $0.key == key })
            {
                cursor = cursor.child(entry)
            } else {
                isThere = false
                let path = cursor.path.key(key)
                cursor = Cursor(node: cursor.node, path: path, context: context)
            }
        }
        return cursor
    }

    private func report<Value>(_ error: DecodingError, decoding type: Value.Type) {
        let names = Placeholder.rawValues(type)
        if !names.isEmpty, let text = node.text {
            report(
                "found `\(text)`", expected: "one of " + names.joined(separator: ", "),
                suggestion: NearestName.find(text, in: names))
            return
        }
        switch error {
        case .dataCorrupted(let problem), .keyNotFound(_, let problem),
            .typeMismatch(_, let problem), .valueNotFound(_, let problem):
            // The standard library's words for a raw value that names no case.
            let isRawValue = problem.debugDescription.hasPrefix("Cannot initialize")
            report(isRawValue ? "\(node.summary) is not valid here" : problem.debugDescription)
        @unknown default: report("\(error)")
        }
    }
}
