internal import WeirBase
internal import WeirFilter
internal import WeirHTTP

/// What is different when the request is gRPC: how we answer it, how long it may take, and what
/// counts as its outcome (gRPC over HTTP/2, grpc.io/docs: PROTOCOL-HTTP2).
extension Exchange {
    /// Whether the request's media type is `application/grpc`, plain or with a message format
    /// (`application/grpc+proto`).
    static func isGRPC(_ headers: borrowing HeaderMap) -> Bool {
        guard let index = headers.index(of: .contentType) else { return false }
        let value = headers.value(at: index)
        guard value.startsIgnoringCase("application/grpc") else { return false }
        guard value.count > 16 else { return true }
        return value[16] == UInt8(ascii: "+") || value[16] == UInt8(ascii: ";")
    }

    /// Looks whether the request is gRPC, and until when its caller waits.
    func noteGRPC() {
        guard request.method == .post, Self.isGRPC(request.headers) else { return }
        isGRPC = true
        let timeout = request.headers.withFirst(GRPCFields.timeout) { GRPCTimeout.parse($0) }
        if let timeout = timeout ?? nil { callDeadline = stream.started + timeout }
    }

    /// Takes note of the call's outcome where a response's head or its trailers have it.
    func noteGRPCStatus(_ fields: borrowing HeaderMap) {
        guard let index = fields.index(of: GRPCFields.status) else { return }
        stream.outcome.grpcStatus = fields.value(at: index).decimal.map { Int(min($0, 17)) } ?? 2
    }

    /// Makes an answer of our own one that a gRPC client understands: status 200, and the outcome
    /// in a head without a body ("Trailers-Only").
    func writeGRPCAnswer(_ local: LocalResponse) {
        stream.outcome.grpcStatus = GRPCStatus.of(local)
        response.status = 200
        response.headers.set(.contentType, ("application/grpc" as StaticString).span)
        response.headers.set(GRPCFields.status, "\(stream.outcome.grpcStatus)")
        response.headers.set(GRPCFields.message, local.cause.span)
    }
}

/// The fields of gRPC.
enum GRPCFields {
    static let status: HeaderName = "grpc-status"
    static let message: HeaderName = "grpc-message"
    static let timeout: HeaderName = "grpc-timeout"
}

/// The outcomes that a gateway gives by itself (grpc.io/docs: statuscodes, and the mapping of HTTP
/// statuses for clients that get no `grpc-status`).
enum GRPCStatus {
    /// Their names, by code; the last one stands for codes that do not exist.
    static let names = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
        "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
        "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED", "other",
    ]

    static func of(_ local: LocalResponse) -> Int {
        if let status = local.grpcStatus { return status }
        return switch local.status {
        case 400, 405, 414, 415, 431: 13
        case 401: 16
        case 403: 7
        case 404, 501: 12
        case 413, 429: 8
        case 408: 4
        case 502, 503: 14
        // A limit of ours has passed: the call's time is over.
        case 504: 4
        default: 2
        }
    }
}

/// The time that a gRPC client gives its call: up to eight digits and a unit.
enum GRPCTimeout {
    static func parse(_ value: Span<UInt8>) -> Interval? {
        guard value.count >= 2 && value.count <= 9 else { return nil }
        guard let number = value.extracting(0..<value.count - 1).decimal else { return nil }
        let unit: Int64
        switch value[value.count - 1] {
        case UInt8(ascii: "H"): unit = 3_600_000_000_000
        case UInt8(ascii: "M"): unit = 60_000_000_000
        case UInt8(ascii: "S"): unit = 1_000_000_000
        case UInt8(ascii: "m"): unit = 1_000_000
        case UInt8(ascii: "u"): unit = 1000
        case UInt8(ascii: "n"): unit = 1
        default: return nil
        }
        let (nanoseconds, overflow) = Int64(number).multipliedReportingOverflow(by: unit)
        return overflow ? Interval(nanoseconds: .max) : Interval(nanoseconds: nanoseconds)
    }
}
