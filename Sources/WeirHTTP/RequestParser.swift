public import WeirBase

/// Parses request heads (RFC 9112) strictly; one parser per connection.
///
/// It is handed the connection's unread bytes and more of them until a head is complete. A head
/// that two servers could read differently is refused: what fails here never reaches an upstream.
public struct RequestParser: Sendable {
    private let limits: HTTPLimits
    private var fields = FieldSection(isTrailers: false)
    private var target: RequestTarget
    private var isInFields = false
    private var fault: Fault?
    private var mayBeBlank = true

    /// How the body of the last complete head ends; never `untilClose` (RFC 9112, section 6.3).
    public private(set) var framing = BodyFraming.none

    /// Whether the client wants to keep the connection after the last complete head (RFC 9112,
    /// section 9.3).
    public private(set) var keepAlive = true

    /// Whether the client waits for 100 (Continue) before it sends a body (RFC 9110, section
    /// 10.1.1).
    public private(set) var expectsContinue = false

    /// Whether the client asks for another protocol than HTTP (RFC 9110, section 7.8). A wish for
    /// HTTP/2 does not count: it would carry requests past the filters (RFC 9113, section 3.1).
    public private(set) var upgrade = false

    /// Creates a parser that waits for a head.
    public init(limits: HTTPLimits = HTTPLimits(), paths: PathPolicy = PathPolicy()) {
        self.limits = limits
        target = RequestTarget(policy: paths)
    }

    /// Parses a head at the front of `bytes`, the connection's unread bytes.
    ///
    /// After `.needMore`, call again with the same bytes and more behind them, and the same `head`,
    /// left as it is (should its fields have been cleared, parsing starts over).
    /// `.complete` says how many bytes the head took and leaves the parser ready for the next one;
    /// `head` is filled but for `scheme`, which is the connection's and stays as it was. After
    /// `.failed` the parser says so for ever, and `head` holds what was understood.
    public mutating func parse(_ bytes: Span<UInt8>, into head: RequestHead) -> HeadProgress {
        if let fault { return failure(fault) }
        switch advance(bytes, into: head) {
        case .complete:
            let count = fields.line
            if count > limits.headBytes { return failure(.headTooLong) }
            if let fault = finish(head) { return failure(fault) }
            reset()
            return .complete(byteCount: count)
        case .needMore:
            if bytes.count >= limits.headBytes {
                return failure(isInFields ? .headTooLong : .targetTooLong)
            }
            return .needMore
        case .failed(let fault):
            return failure(fault)
        }
    }

    /// Refuses the head, and whatever else may come: nobody knows where it would begin.
    private mutating func failure(_ fault: Fault) -> HeadProgress {
        self.fault = fault
        return .failed(fault.problem(from: .client))
    }

    private mutating func reset() {
        fields = FieldSection(isTrailers: false)
        isInFields = false
        mayBeBlank = true
    }

    private mutating func advance(_ bytes: Span<UInt8>, into head: RequestHead) -> FieldSection.Step
    {
        if isInFields && head.headers.count != fields.count { reset() }
        if !isInFields {
            if mayBeBlank, let step = skipBlankLine(bytes) { return step }
            guard fields.mayHaveLine(bytes) else { return .needMore }
            let parsed = RequestLine.parse(
                bytes, from: fields.line, targetBound: limits.targetBytes)
            switch parsed {
            case .needMore:
                fields.searched = bytes.count
                return .needMore
            case .failed(let fault):
                target.begin(head)
                head.method = .get
                head.target.clear()
                head.path.clear()
                return .failed(fault)
            case .complete(let line):
                if let fault = take(line, bytes, into: head) { return .failed(fault) }
                fields.line = line.next
                isInFields = true
            }
        }
        return fields.parse(bytes, fieldBound: limits.fieldCount, into: &head.headers)
    }

    /// Skips one empty line before the request line (RFC 9112, section 2.2): some old clients send
    /// one after a body.
    private mutating func skipBlankLine(_ bytes: Span<UInt8>) -> FieldSection.Step? {
        guard bytes.count > 0 else { return .needMore }
        if bytes[0] == UInt8(ascii: "\r") {
            guard bytes.count > 1 else { return .needMore }
            guard bytes[1] == UInt8(ascii: "\n") else { return .failed(.bareCarriageReturn) }
            fields.line = 2
        }
        mayBeBlank = false
        return nil
    }

    /// Begins a new head with what its request line says.
    private mutating func take(
        _ line: RequestLine, _ bytes: Span<UInt8>, into head: RequestHead
    ) -> Fault? {
        target.begin(head)
        head.method = line.method
        if line.method == .other { head.methodName.replace(with: bytes.extracting(line.name)) }
        head.version = line.version
        let text = bytes.extracting(line.target)
        head.target.replace(with: text)
        return target.parse(text, into: head)
    }

    /// Settles what needs all fields.
    private mutating func finish(_ head: RequestHead) -> Fault? {
        let facts = fields.facts
        if let fault = facts.framingFault(head.version) { return fault }
        if let fault = settleAuthority(facts.host, head) { return fault }
        if facts.isChunked {
            framing = .chunked
        } else if facts.contentLength >= 0 {
            framing = .length(facts.contentLength)
        } else {
            framing = .none
        }
        keepAlive = facts.isPersistent(head.version)
        upgrade = facts.isUpgrade(head.version)
        expectsContinue = false
        // An HTTP/1.0 client cannot wait for an interim response (RFC 9110, section 10.1.1).
        if head.version == .http11 {
            if facts.expectsOther { return .expectationUnknown }
            let hasBody = framing != .none && framing != .length(0)
            expectsContinue = facts.expectsContinue && hasBody
        }
        return nil
    }

    /// RFC 9112, section 3.2: one valid Host in every HTTP/1.1 request; a target that names the
    /// authority wins over it, and what filters see as Host then says the same.
    private func settleAuthority(_ host: Int, _ head: RequestHead) -> Fault? {
        guard host >= 0 else {
            return head.version == .http11 ? .hostMissing : nil
        }
        if !target.namesAuthority {
            return Self.readHost(head.headers, at: host, into: &head.authority)
        }
        if Self.isBadHost(head.headers, at: host) { return .hostInvalid }
        Self.setHost(&head.headers, at: host, to: head.authority)
        return nil
    }

    private static func readHost(
        _ headers: borrowing HeaderMap, at index: Int, into authority: inout ByteString
    ) -> Fault? {
        Authority.parse(headers.value(at: index), into: &authority) == nil ? nil : .hostInvalid
    }

    private static func isBadHost(_ headers: borrowing HeaderMap, at index: Int) -> Bool {
        if case .failure = Authority.measure(headers.value(at: index)) { return true }
        return false
    }

    private static func setHost(
        _ headers: inout HeaderMap, at index: Int, to authority: borrowing ByteString
    ) {
        if !headers.value(at: index).equals(authority.span) {
            headers.replaceValue(at: index, with: authority.span)
        }
    }
}
