public import WeirBase

/// Puts a request head together from the parts that HTTP/2 and its successors send, by the same
/// rules as `RequestParser`: what an HTTP/1 upstream could read differently is refused.
///
/// One head after the other; `begin` starts a new one.
public final class RequestAssembler {
    private var limits = HTTPLimits()
    private var target = RequestTarget(policy: PathPolicy())
    private var facts = FieldFacts()
    private var byteCount = 0

    /// Whether the client waits for 100 (Continue) before it sends a body (RFC 9110, section
    /// 10.1.1).
    public private(set) var expectsContinue = false

    /// The value of Content-Length; nil when there is none.
    public var contentLength: Int64? { facts.contentLength < 0 ? nil : facts.contentLength }

    /// Creates an assembler.
    public init() {}

    /// Starts over; the head that is filled next has to be clear.
    public func begin(limits: HTTPLimits, paths: PathPolicy) {
        self.limits = limits
        if target.policy != paths { target = RequestTarget(policy: paths) }
        facts = FieldFacts()
        byteCount = 0
        expectsContinue = false
    }

    /// Takes the method and what stands for a request target (RFC 9113, section 8.3.1): a path and
    /// an authority, or an authority alone for CONNECT.
    public func setTarget(
        method: Span<UInt8>, authority: Span<UInt8>?, path: Span<UInt8>?, in head: RequestHead
    ) -> ProtocolProblem? {
        fault(inMethod: method, authority, path, head).map { $0.problem(from: .client) }
    }

    /// Adds a field (RFC 9113, section 8.2).
    public func addField(
        _ name: Span<UInt8>, _ value: Span<UInt8>, to head: RequestHead
    ) -> ProtocolProblem? {
        fault(inField: name, value, head).map { $0.problem(from: .client) }
    }

    /// Settles what needs all fields.
    public func finish(_ head: RequestHead) -> ProtocolProblem? {
        fault(inWhole: head).map { $0.problem(from: .client) }
    }

    private func fault(
        inMethod method: Span<UInt8>, _ authority: Span<UInt8>?, _ path: Span<UInt8>?,
        _ head: RequestHead
    ) -> Fault? {
        guard method.count > 0 && method.count <= RequestLine.methodBound else { return .badMethod }
        for index in 0..<method.count where !method[index].isToken { return .badMethod }
        head.method = Method(method)
        head.version = .http2
        // A codec may know the target only after the fields, which stay.
        target.clearTarget(head)
        if head.method == .other { head.methodName.replace(with: method) }
        if head.method == .connect {
            guard path == nil, let authority else { return .badTarget }
            head.target.replace(with: authority)
            return target.parse(authority, into: head)
        }
        guard let path, path.count > 0 else { return .badTarget }
        guard path.count <= limits.targetBytes else { return .targetTooLong }
        for index in 0..<path.count where path[index] <= 0x20 || path[index] == 0x7F {
            return .badTarget
        }
        head.target.replace(with: path)
        // A path begins with a slash, but for `OPTIONS *`; the absolute form has no place here.
        let isAsterisk = path.count == 1 && path[0] == UInt8(ascii: "*")
        guard path[0] == UInt8(ascii: "/") || isAsterisk else { return .badTarget }
        if let fault = target.parse(path, into: head) { return fault }
        guard let authority else { return nil }
        return Authority.parse(authority, into: &head.authority)
    }

    /// What belongs to a connection has no place among the fields (section 8.2.2).
    private static let forbidden: KnownHeaders = [
        .connection, .http2Settings, .keepAlive, .proxyConnection, .transferEncoding, .upgrade,
    ]

    private func fault(
        inField name: Span<UInt8>, _ value: Span<UInt8>, _ head: RequestHead
    ) -> Fault? {
        guard name.count > 0 else { return .badFieldName }
        for index in 0..<name.count where !name[index].isToken || name[index] &- 65 < 26 {
            return .badFieldName
        }
        guard value.firstForbiddenInValue(from: 0) == value.count else { return .badFieldValue }
        byteCount += name.count + value.count
        guard byteCount <= limits.headBytes && name.count <= 4096 else { return .headTooLong }
        let index = head.headers.count
        guard index < limits.fieldCount else { return .tooManyFields }
        let known = KnownHeader.named(name)
        if Self.forbidden.contains(known) { return .connectionSpecificField }
        if known == .te && !value.equalsIgnoringCase("trailers") { return .connectionSpecificField }
        if FieldFacts.interesting.contains(known),
            let fault = facts.note(known, value, at: index)
        {
            return fault
        }
        head.headers.append(name: name, known: known, value)
        return nil
    }

    /// One authority, which Host repeats for HTTP/1 upstreams (section 8.3.1). Host and
    /// `:authority` may not differ: two servers could each believe another one.
    private func fault(inWhole head: RequestHead) -> Fault? {
        if facts.host < 0 {
            guard !head.authority.isEmpty else { return .hostMissing }
            let authority = head.authority
            head.headers.set(.host, authority.span)
        } else {
            var host = ByteString()
            if let fault = Self.readHost(head.headers, at: facts.host, into: &host) {
                return fault
            }
            if head.authority.isEmpty {
                head.authority = host
            } else if host != head.authority {
                return .authorityMismatch
            }
        }
        if facts.expectsOther { return .expectationUnknown }
        expectsContinue = facts.expectsContinue
        return nil
    }

    private static func readHost(
        _ headers: borrowing HeaderMap, at index: Int, into host: inout ByteString
    ) -> Fault? {
        Authority.parse(headers.value(at: index), into: &host) == nil ? nil : .hostInvalid
    }
}
