public import WeirBase

/// A unary gRPC call, one message each way, to a cluster that speaks HTTP/2.
///
/// Messages are bytes here: a filter serialises and parses them with the library of its choice.
/// They are neither sent nor accepted compressed.
public struct GRPCCall: Sendable {
    /// The path: `/package.Service/Method`.
    public var path: ByteString
    /// How long the call may take from its beginning to the end of the response. The service is
    /// told.
    public var timeout: Interval
    /// The longest message of a response, in bytes.
    public var responseLimit: Int
    /// Whom it is for; the cluster's name when nil.
    public var authority: ByteString?
    /// Metadata to send.
    public var metadata: [(HeaderName, ByteString)]
    /// Whether the call changes nothing, so that it may be made once more when a kept connection
    /// turns out to be dead.
    public var isRepeatable: Bool

    /// Describes a call; the messages come later.
    public init(
        _ path: ByteString, timeout: Interval = .seconds(5), responseLimit: Int = 1 << 20,
        authority: ByteString? = nil, metadata: [(HeaderName, ByteString)] = [],
        isRepeatable: Bool = false
    ) {
        self.path = path
        self.timeout = timeout
        self.responseLimit = responseLimit
        self.authority = authority
        self.metadata = metadata
        self.isRepeatable = isRepeatable
    }

    /// Calls on behalf of a stream, as `Cluster.call(_:for:_:)` does.
    public func call(
        _ cluster: Cluster, _ message: ByteString, for stream: FilterStream,
        _ done: @escaping (GRPCResult) -> Void
    ) {
        cluster.call(request(message), for: stream) { done(Self.message(of: $0)) }
    }

    /// Calls on the gateway's behalf, as `Cluster.call(_:_:)` does.
    public func call(
        _ cluster: Cluster, _ message: ByteString, _ done: @escaping @Sendable (GRPCResult) -> Void
    ) {
        cluster.call(request(message)) { done(Self.message(of: $0)) }
    }

    /// The request that carries `message` (gRPC over HTTP/2, Requests).
    public func request(_ message: ByteString) -> CallRequest {
        var body = ByteString()
        body.storage.reserveCapacity(Self.prefixCount + message.count)
        body.append(0)
        let count = UInt32(message.count)
        for shift in [24, 16, 8, 0] as [UInt32] {
            body.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        body.append(message)
        return CallRequest(
            .post, path, authority: authority,
            headers: [
                ("te", "trailers"), ("content-type", "application/grpc"),
                ("grpc-timeout", Self.text(timeout)),
            ] + metadata,
            body: body, timeout: timeout, responseLimit: responseLimit + Self.prefixCount,
            isRepeatable: isRepeatable)
    }

    /// What a call has brought.
    public static func message(of result: CallResult) -> GRPCResult {
        switch result {
        case .failure(let failure): .failure(GRPCFailure(failure))
        case .success(let response): message(in: response)
        }
    }

    /// The message of a response, or why there is none (gRPC over HTTP/2, Responses).
    public static func message(in response: CallResponse) -> GRPCResult {
        // A response without a message may have its trailers in the head.
        let fields = response.trailers.contains(status) ? response.trailers : response.headers
        guard let text = fields[status] else {
            let code = GRPCCode(httpStatus: response.status)
            return .failure(
                GRPCFailure(code, "HTTP status \(response.status) without a grpc-status"))
        }
        let number = text.span.decimal
        guard number == 0 else {
            return .failure(
                GRPCFailure(
                    number.flatMap { GRPCCode(rawValue: $0) } ?? .unknown,
                    fields[statusMessage].map(unescaped) ?? "", details: fields[statusDetails]))
        }
        guard response.status == 200 else {
            let code = GRPCCode(httpStatus: response.status)
            return .failure(GRPCFailure(code, "HTTP status \(response.status)"))
        }
        return onlyMessage(in: response.body)
    }

    /// What is behind the one prefix in a body (Length-Prefixed-Message).
    private static func onlyMessage(in body: ByteString) -> GRPCResult {
        let bytes = body.span
        guard bytes.count >= prefixCount else {
            return .failure(
                GRPCFailure(.internal, "the response has no message"))
        }
        guard bytes[0] == 0 else {
            return .failure(GRPCFailure(.internal, "the message is compressed"))
        }
        var count = 0
        for index in 1..<prefixCount { count = count << 8 | Int(bytes[index]) }
        guard bytes.count == prefixCount + count else {
            return .failure(
                GRPCFailure(.internal, "the response is not exactly one message"))
        }
        return .success(ByteString(bytes.extracting(prefixCount..<bytes.count)))
    }

    /// A time limit in at most eight digits and a unit, rounded up (Timeout).
    static func text(_ timeout: Interval) -> ByteString {
        let units: [(size: Int64, name: UInt8)] = [
            (1, UInt8(ascii: "n")), (1000, UInt8(ascii: "u")), (1_000_000, UInt8(ascii: "m")),
            (1_000_000_000, UInt8(ascii: "S")), (60_000_000_000, UInt8(ascii: "M")),
        ]
        let length = max(timeout.nanoseconds, 1)
        var text = ByteString()
        for unit in units {
            let count = length / unit.size + (length % unit.size == 0 ? 0 : 1)
            // 153 million minutes are all that an interval can hold.
            guard count < 100_000_000 || unit.name == UInt8(ascii: "M") else { continue }
            text.storage.append(decimal: Int(min(count, 99_999_999)))
            text.append(unit.name)
            break
        }
        return text
    }

    /// The text of a status with its escapes resolved; what is no escape stays (Percent-Encoded).
    static func unescaped(_ text: ByteString) -> String { text.span.percentDecoded().description }

    private static let prefixCount = 5
    private static let status: HeaderName = "grpc-status"
    private static let statusMessage: HeaderName = "grpc-message"
    private static let statusDetails: HeaderName = "grpc-status-details-bin"
}
