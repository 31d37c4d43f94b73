public import WeirBase

/// Parses an upstream's response heads (RFC 9112) as strictly as requests; one parser per
/// connection.
///
/// An upstream may be hostile or merely broken; what could end one response and begin another is
/// refused, and every problem is a 502.
public struct ResponseParser: Sendable {
    private let limits: HTTPLimits
    private var fields = FieldSection(isTrailers: false)
    private var isInFields = false
    private var fault: Fault?

    /// How the body of the last complete head ends (RFC 9112, section 6.3).
    public private(set) var framing = BodyFraming.none

    /// Whether the connection can be used again after the last complete head and its body (RFC
    /// 9112, section 9.3).
    public private(set) var keepAlive = true

    /// Whether the last complete head was a 101 that names the protocol it changes to (RFC 9110,
    /// section 15.2.2). The bytes after it are that protocol's.
    public private(set) var upgrade = false

    /// Creates a parser that waits for a head.
    public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Parses a head at the front of `bytes`, the connection's unread bytes.
    ///
    /// Works as `RequestParser.parse` does. After an interim response (1xx but 101) the parser is
    /// ready for the response that follows it.
    ///
    /// - Parameter requestMethod: The method of the request that this answers, on which the framing
    ///   depends.
    public mutating func parse(
        _ bytes: Span<UInt8>, into head: ResponseHead, requestMethod: Method
    ) -> HeadProgress {
        if let fault { return failure(fault) }
        switch advance(bytes, into: head) {
        case .complete:
            let count = fields.line
            if count > limits.headBytes { return failure(.headTooLong) }
            if let fault = finish(head, requestMethod) { return failure(fault) }
            reset()
            return .complete(byteCount: count)
        case .needMore:
            return bytes.count >= limits.headBytes ? failure(.headTooLong) : .needMore
        case .failed(let fault):
            return failure(fault)
        }
    }

    private mutating func reset() {
        fields = FieldSection(isTrailers: false)
        isInFields = false
    }

    /// Refuses the head, and whatever else may come: nobody knows where it would begin.
    private mutating func failure(_ fault: Fault) -> HeadProgress {
        self.fault = fault
        return .failed(fault.problem(from: .upstream))
    }

    private mutating func advance(
        _ bytes: Span<UInt8>, into head: ResponseHead
    ) -> FieldSection.Step {
        if isInFields && head.headers.count != fields.count { reset() }
        if !isInFields {
            guard fields.mayHaveLine(bytes) else { return .needMore }
            switch StatusLine.parse(bytes, from: fields.line) {
            case .needMore:
                fields.searched = bytes.count
                return .needMore
            case .failed(let fault): return .failed(fault)
            case .complete(let line):
                head.version = line.version
                head.status = line.status
                head.reason.replace(with: bytes.extracting(line.reason))
                head.headers.clear()
                fields.line = line.next
                isInFields = true
            }
        }
        return fields.parse(bytes, fieldBound: limits.fieldCount, into: &head.headers)
    }

    /// Settles what needs all fields.
    private mutating func finish(_ head: ResponseHead, _ requestMethod: Method) -> Fault? {
        let facts = fields.facts
        if let fault = facts.framingFault(head.version) { return fault }
        keepAlive = facts.isPersistent(head.version)
        let status = head.status
        upgrade = status == 101 && facts.isUpgrade(head.version)
        let isSuccess = status >= 200 && status < 300
        if status < 200 || status == 204 {
            framing = .none
            // Such a response has no body and must not say so (RFC 9110, section 8.6). An upstream
            // that does may send one: what follows could not be told from the next response.
            if facts.isChunked || facts.contentLength > 0 { keepAlive = false }
        } else if requestMethod == .head || status == 304
            || (requestMethod == .connect && isSuccess)
        {
            framing = .none
        } else if facts.isChunked {
            framing = .chunked
        } else if facts.contentLength >= 0 {
            framing = .length(facts.contentLength)
        } else {
            framing = .untilClose
            keepAlive = false
        }
        return nil
    }
}
