public import WeirBase

/// How a gRPC call ended, as numbered by the gRPC project (statuscodes).
public enum GRPCCode: Int, Sendable, CaseIterable {
    case ok = 0
    case cancelled = 1
    case unknown = 2
    case invalidArgument = 3
    case deadlineExceeded = 4
    case notFound = 5
    case alreadyExists = 6
    case permissionDenied = 7
    case resourceExhausted = 8
    case failedPrecondition = 9
    case aborted = 10
    case outOfRange = 11
    case unimplemented = 12
    case `internal` = 13
    case unavailable = 14
    case dataLoss = 15
    case unauthenticated = 16

    /// The code of a response that says nothing in gRPC's terms, by its HTTP status
    /// (gRPC, http-grpc-status-mapping).
    public init(httpStatus: Int) {
        self =
            switch httpStatus {
            case 400: .internal
            case 401: .unauthenticated
            case 403: .permissionDenied
            case 404: .unimplemented
            case 429, 502, 503, 504: .unavailable
            default: .unknown
            }
    }
}

/// Why a gRPC call has brought no message.
public struct GRPCFailure: Error, Sendable, Hashable {
    /// The kind of failure; `.unknown` for a number that gRPC does not define.
    public let code: GRPCCode
    /// What the service says about it, or what went wrong on the way; for logs, not for clients.
    public let message: String
    /// The service's `grpc-status-details-bin` as it was sent, in Base64; nil when there is none.
    public let details: ByteString?

    /// Describes a failure.
    public init(_ code: GRPCCode, _ message: String, details: ByteString? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// A call that has brought no response at all.
    public init(_ failure: CallFailure) {
        let code: GRPCCode =
            if failure.cause.description == CallFailure.timeout.cause.description {
                .deadlineExceeded
            } else if failure.cause.description == CallFailure.tooLarge.cause.description {
                .resourceExhausted
            } else {
                .unavailable
            }
        self.init(code, failure.cause.description)
    }
}

/// What came of a gRPC call: the message, as it was serialised.
public typealias GRPCResult = Result<ByteString, GRPCFailure>
