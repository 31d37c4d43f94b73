internal import WeirBase
internal import WeirFilter

/// A rule, checked.
struct Replacement: Sendable {
    let name: HeaderName
    /// Nil for the whole value.
    let text: [UInt8]?
    let with: [UInt8]

    func apply(to headers: inout HeaderMap) {
        var next = 0
        while let index = headers.index(of: name, from: next) {
            next = index + 1
            let old = ByteString(headers.value(at: index)).storage
            let new = text.map { old.replacing($0, with: with) } ?? with
            if new.isEmpty {
                headers.remove(at: index)
                next = index
            } else if new != old {
                headers.replaceValue(at: index, with: new.span)
            }
        }
    }
}

/// Applies the rules. One object for all streams, on all loops.
final class HeaderRewriter: HTTPFilter, Sendable {
    let request: [Replacement]
    let response: [Replacement]

    init(request: [Replacement], response: [Replacement]) {
        self.request = request
        self.response = response
    }

    func requestHeaders(_ head: RequestHead, _ stream: FilterStream) -> Verdict {
        for rule in request { rule.apply(to: &head.headers) }
        return .continue
    }

    func responseHeaders(_ head: ResponseHead, _ stream: FilterStream) -> Verdict {
        for rule in response { rule.apply(to: &head.headers) }
        return .continue
    }
}
