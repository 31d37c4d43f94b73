internal import WeirBase
internal import WeirConfig

/// What a route asks of a request beside host, path and one of the usual methods.
struct Conditions: Sendable {
    /// Methods that have no bit of their own; they matter for `Method.other` alone.
    let otherMethods: [ByteString]
    let headers: [HeaderTest]
    let query: [QueryTest]

    /// The conditions of `match`, or nil when there are none.
    init?(_ match: RouteMatch) throws(PatternError) {
        otherMethods = match.methods.map { ByteString($0) }.filter { Method($0.span) == .other }
        var headers: [HeaderTest] = []
        for header in match.headers {
            headers.append(HeaderTest(name: header.name, value: try ValueTest(header.value)))
        }
        var query: [QueryTest] = []
        for parameter in match.query {
            query.append(
                QueryTest(name: ByteString(parameter.name), value: try ValueTest(parameter.value)))
        }
        self.headers = headers
        self.query = query
        if otherMethods.isEmpty && headers.isEmpty && query.isEmpty { return nil }
    }

    /// Whether all of them hold.
    func hold(for request: RequestHead) -> Bool {
        guard holdForMethod(of: request) else { return false }
        for test in headers where !test.passes(request.headers) { return false }
        if query.isEmpty { return true }
        let text = request.query ?? ByteString()
        for test in query where !test.passes(text.span) { return false }
        return true
    }

    /// Whether the request's method is among the ones of unusual name, if it is of that kind.
    func holdForMethod(of request: RequestHead) -> Bool {
        otherMethods.isEmpty || request.method != .other
            || otherMethods.contains(request.methodName)
    }
}

/// A condition on a header field.
struct HeaderTest: Sendable {
    let name: HeaderName
    let value: ValueTest

    /// Whether one of the field's values passes; each field line is one value.
    func passes(_ headers: borrowing HeaderMap) -> Bool {
        var next = headers.index(of: name)
        if next == nil { return value.passesWithoutValue }
        while let index = next {
            if value.passes(headers.value(at: index)) { return true }
            next = headers.index(of: name, from: index + 1)
        }
        return false
    }
}

/// A condition on a query parameter.
struct QueryTest: Sendable {
    let name: ByteString
    let value: ValueTest

    /// Whether one of the parameter's values passes.
    func passes(_ query: Span<UInt8>) -> Bool {
        var found = false
        var start = 0
        while start < query.count {
            let end = query.firstIndex(of: UInt8(ascii: "&"), from: start) ?? query.count
            let part = query.extracting(start..<end)
            start = end + 1
            // Of `a=1&&b` the middle is no parameter.
            if part.count == 0 { continue }
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let ownName = part.extracting(0..<(equals ?? part.count))
            guard ownName.decodesQuery(to: name.span) else { continue }
            found = true
            if passesEncoded(part.extracting((equals.map { $0 + 1 } ?? part.count)..<part.count)) {
                return true
            }
        }
        return !found && value.passesWithoutValue
    }

    private func passesEncoded(_ text: Span<UInt8>) -> Bool {
        if !text.isQueryEncoded { return value.passes(text) }
        if case .exact(let wanted) = value { return text.decodesQuery(to: wanted.span) }
        let decoded = text.queryDecoded
        return value.passes(decoded.span)
    }
}
