internal import WeirBase
internal import WeirFilter

/// Stamps requests and, when its factory declares the phase, responses. Shared by all streams.
final class IdentifierStamp: HTTPFilter, Sendable {
    /// Long enough for every common format, short enough to be harmless in logs.
    private static let longest = 128

    private let header: HeaderName
    private let trustsIncoming: Bool

    init(header: HeaderName, trustsIncoming: Bool) {
        self.header = header
        self.trustsIncoming = trustsIncoming
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        if trustsIncoming && hasUsableIdentifier(request.headers) { return .continue }
        var text = InlineArray<32, UInt8>(repeating: 0)
        let random = stream.random
        Self.write(random.next(), to: &text, at: 0)
        Self.write(random.next(), to: &text, at: 16)
        request.headers.set(header, text.span)
        return .continue
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        // A later filter may have removed the field from the request: then there is nothing to say.
        _ = stream.request.headers.withFirst(header) { response.headers.set(header, $0) }
        return .continue
    }

    /// Whether the client sent one identifier that is safe to pass on and to log.
    private func hasUsableIdentifier(_ headers: HeaderMap) -> Bool {
        guard let index = headers.index(of: header),
            headers.index(of: header, from: index + 1) == nil
        else { return false }
        let value = headers.value(at: index)
        guard value.count >= 1 && value.count <= Self.longest else { return false }
        for position in 0..<value.count where !value[position].isToken { return false }
        return true
    }

    /// Writes a word as 16 hexadecimal digits.
    private static func write(_ word: UInt64, to text: inout InlineArray<32, UInt8>, at start: Int)
    {
        for digit in 0..<16 {
            let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * digit)) & 15
            text[start + digit] = value < 10 ? 0x30 + value : 0x61 - 10 + value
        }
    }
}
