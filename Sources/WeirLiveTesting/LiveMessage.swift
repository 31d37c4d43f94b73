internal import Glibc
internal import WeirBase
internal import WeirTesting

/// A test's message as bytes, in the pieces in which they are sent.
struct LiveMessage {
    private var pieces: [[UInt8]]

    /// A request. Its client's address travels as the claim of a proxy in front.
    init(_ request: TestRequest, _ split: Delivery.Split) {
        var lines = ["\(request.method) \(request.target) HTTP/1.1", "host: \(request.authority)"]
        if let client = request.client { lines.append("x-forwarded-for: \(client)") }
        if request.scheme == .https { lines.append("x-forwarded-proto: https") }
        let framing = Framing(request.headers, request.body, request.trailers, split)
        self.init(lines, framing, noBody: [])
    }

    /// A response to a request of that method.
    init(_ response: TestResponse, to method: String, _ split: Delivery.Split) {
        let lines = ["HTTP/1.1 \(response.status) Scripted"]
        var framing = Framing(response.headers, response.body, response.trailers, split)
        if method == "HEAD" { framing.isHeadOnly = true }
        let isBodiless = [204, 304].contains(response.status)
        self.init(lines, framing, noBody: isBodiless ? [] : ["content-length: 0"])
    }

    private init(_ start: [String], _ framing: Framing, noBody: [String]) {
        let fields = framing.headers.lines.map { "\($0.name): \($0.value)" }
        let length = framing.isFramed ? [] : framing.lines ?? noBody
        pieces = [Array((start + fields + length + ["", ""]).joined(separator: "\r\n"))]
        pieces += framing.pieces
    }

    /// Sends it, each piece for itself; all of it or the head alone.
    func send(_ delivery: Delivery, headOnly: Bool = false, to socket: Socket) throws {
        for piece in pieces.prefix(headOnly ? 1 : pieces.count) {
            if delivery.gap > .zero { usleep(UInt32(clamping: delivery.gap.microseconds)) }
            try socket.send(piece)
        }
    }
}

/// How a body goes over the wire.
private struct Framing {
    let headers: TestFields
    /// Whether the head alone is sent, though it describes a body.
    var isHeadOnly = false
    private let body: ByteString?
    private let trailers: TestFields?
    private let split: Delivery.Split

    init(
        _ headers: TestFields, _ body: ByteString?, _ trailers: TestFields?, _ split: Delivery.Split
    ) {
        self.headers = headers
        self.body = trailers == nil ? body : body ?? ""
        self.trailers = trailers
        self.split = split
    }

    /// Whether the test's own fields say how long the body is.
    var isFramed: Bool { headers["content-length"] != nil || headers["transfer-encoding"] != nil }

    /// A body whose head shall not tell that it is empty, and one that comes in pieces, is chunked.
    private var isChunked: Bool {
        if headers["content-length"] != nil { return false }
        return trailers != nil || body == "" || split != .whole
    }

    /// The lines of the head that say how long the body is; nil when there is none.
    var lines: [String]? {
        body.map { [isChunked ? "transfer-encoding: chunked" : "content-length: \($0.count)"] }
    }

    /// The body and its trailers.
    var pieces: [[UInt8]] {
        guard let body, !isHeadOnly else { return [] }
        let parts = split.pieces(body).map(\.storage)
        guard isChunked else { return parts }
        let chunks = parts.filter { !$0.isEmpty }.map { part in
            Array("\(String(part.count, radix: 16))\r\n") + part + Array("\r\n")
        }
        let ending = (trailers?.lines ?? []).map { "\($0.name): \($0.value)\r\n" }.joined()
        return chunks + [Array("0\r\n\(ending)\r\n")]
    }
}

extension Message {
    /// As a test's request, without what belongs to the connection alone.
    var testRequest: TestRequest {
        var request = TestRequest(
            method, target, headers: testFields(without: Self.clientFields), body: testBody,
            trailers: testTrailers)
        request.authority = self["host"] ?? ""
        request.client = self["x-forwarded-for"].flatMap { IPAddress($0) }
        return request
    }

    /// Fields that say what a test's request has other places for.
    private static let clientFields: Set = ["host", "x-forwarded-for", "x-forwarded-proto"]

    /// As a test's response, without what belongs to the connection alone.
    var testResponse: TestResponse {
        TestResponse(
            status, headers: testFields(without: []), body: testBody, trailers: testTrailers)
    }

    private func testFields(without others: Set<String>) -> TestFields {
        let hidden = others.union(["connection", "keep-alive", "transfer-encoding"])
        return TestFields(fields.filter { !hidden.contains($0.name.lowercased()) })
    }

    private var testBody: ByteString? {
        self["transfer-encoding"] == nil && body.isEmpty ? nil : ByteString(body)
    }

    private var testTrailers: TestFields? { trailers.isEmpty ? nil : TestFields(trailers) }
}

extension TestFields {
    fileprivate init(_ fields: [(name: String, value: String)]) {
        self = [:]
        lines = fields.map { Line($0.name, $0.value) }
    }
}
