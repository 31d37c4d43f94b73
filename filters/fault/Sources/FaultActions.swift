internal import WeirBase
internal import WeirFilter

/// What happens to a request that does not reach the upstream.
enum AbortAction: Sendable {
    /// The client is answered here.
    case respond(LocalResponse)
    /// The client gets no answer.
    case cutOff(CutOff)

    /// Checks what an operator has written.
    init(_ abort: Fault.Abort) throws {
        if let connection = abort.connection {
            guard abort.status == nil, abort.grpcStatus == nil, abort.body == nil else {
                throw ConfigurationError(
                    at: ["abort", "connection"],
                    "there is either no answer or one with a status, not both")
            }
            self = .cutOff(try CutOff(connection, at: ["abort", "connection"]))
            return
        }
        guard abort.status != nil || abort.grpcStatus != nil else {
            throw ConfigurationError(
                at: ["abort"], "expected one of status, grpc-status or connection")
        }
        if let code = abort.grpcStatus, !(1...16).contains(code) {
            throw ConfigurationError(
                at: ["abort", "grpc-status"],
                "expected a code from 1 (CANCELLED) to 16 (UNAUTHENTICATED), found \(code)")
        }
        let status = abort.status ?? Self.status(ofGRPC: abort.grpcStatus ?? 2)
        guard (200...599).contains(status) else {
            throw ConfigurationError(
                at: ["abort", "status"], "expected a status from 200 to 599, found \(status)")
        }
        let body = ByteString(abort.body ?? "")
        guard body.isEmpty || ![204, 205, 304].contains(status) else {
            throw ConfigurationError(
                at: ["abort", "body"], "an answer with status \(status) has no body")
        }
        self = .answer(status, grpcStatus: abort.grpcStatus, body: body)
    }

    /// What a request asks for itself: `503`, `grpc-14`, `reset` or `close`; nil for other text.
    init?(header text: Span<UInt8>) {
        if let manner = CutOff(text) {
            self = .cutOff(manner)
            return
        }
        let prefix: StaticString = "grpc-"
        if text.startsIgnoringCase("grpc-") {
            let digits = text.extracting(prefix.utf8CodeUnitCount...)
            guard let code = digits.decimal.flatMap({ Int(exactly: $0) }), (1...16).contains(code)
            else { return nil }
            self = .answer(Self.status(ofGRPC: code), grpcStatus: code)
            return
        }
        guard let status = text.decimal.flatMap({ Int(exactly: $0) }),
            (200...599).contains(status)
        else { return nil }
        self = .answer(status)
    }

    private static func answer(
        _ status: Int, grpcStatus: Int? = nil, body: ByteString = ByteString()
    ) -> AbortAction {
        .respond(
            LocalResponse(
                status: status, cause: "fault_abort",
                headers: body.isEmpty ? [] : [("content-type", "text/plain; charset=utf-8")],
                body: body, grpcStatus: grpcStatus))
    }

    /// The HTTP status that says most of what a gRPC code says, for clients that do not speak gRPC.
    private static func status(ofGRPC code: Int) -> Int {
        switch code {
        case 1: 499
        case 3, 9, 11: 400
        case 4: 504
        case 5: 404
        case 6, 10: 409
        case 7: 403
        case 8: 429
        case 12: 501
        case 14: 503
        case 16: 401
        default: 500
        }
    }

    /// What the access log says of a stream without an answer.
    static func cause(of manner: CutOff) -> StaticString {
        switch manner {
        case .close: "fault_empty_reply"
        case .reset: "fault_reset"
        }
    }

    /// For events and `weir explain`.
    var description: String {
        switch self {
        case .respond(let response):
            response.grpcStatus.map { "grpc-\($0)" } ?? "\(response.status)"
        case .cutOff(.close): "close"
        case .cutOff(.reset): "reset"
        }
    }
}

extension CutOff {
    init(_ text: String, at path: [String]) throws {
        let bytes = ByteString(text)
        guard let manner = CutOff(bytes.span) else {
            throw ConfigurationError(at: path, "expected close or reset, found `\(text)`")
        }
        self = manner
    }

    init?(_ text: Span<UInt8>) {
        if text.equals("close") {
            self = .close
        } else if text.equals("reset") {
            self = .reset
        } else {
            return nil
        }
    }
}

/// How fast the body of a response goes on.
struct ThrottleRate: Sendable, Equatable {
    let bytesPerSecond: Int

    init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

    init(_ throttle: Fault.Throttle) throws {
        guard throttle.rate.bytes > 0 else {
            throw ConfigurationError(
                at: ["throttle", "rate"], "expected at least 1 byte per second, found 0")
        }
        bytesPerSecond = throttle.rate.bytes
    }

    /// The most that goes on at once: what is due in a twentieth of a second.
    var slice: Int { max(1, bytesPerSecond / 20) }

    /// How long so many bytes take.
    func time(for count: Int) -> Interval {
        Interval(nanoseconds: Int64(Double(count) * 1e9 / Double(bytesPerSecond)))
    }
}

/// Where the body of a response ends.
struct Truncation: Sendable, Equatable {
    let after: Int
    let manner: CutOff

    init(after: Int, manner: CutOff) {
        self.after = after
        self.manner = manner
    }

    init(_ truncate: Fault.Truncate) throws {
        after = truncate.after.bytes
        manner =
            try truncate.connection.map { try CutOff($0, at: ["truncate", "connection"]) }
            ?? .close
    }
}

/// How many bytes of a response are changed.
struct CorruptionRate: Sendable, Equatable {
    /// From more than 0 to 1.
    let share: Double

    init(_ corrupt: Fault.Corrupt) throws {
        let bytes = corrupt.bytes ?? Percentage(1)
        guard bytes.percent > 0 else {
            throw ConfigurationError(at: ["corrupt", "bytes"], "expected more than 0%")
        }
        share = bytes.percent / 100
    }
}
