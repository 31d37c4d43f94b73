import WeirBase
import WeirHTTP

/// A connection's receiving side without the connection: requests and their bodies, one after the
/// other, as events that can be compared.
struct Conversation {
    enum Event: Equatable {
        case head(String)
        case body(ByteString)
        case end(trailers: [String])
        case failed(String)
    }

    private(set) var events: [Event] = []
    private var parser: RequestParser
    private var decoder = BodyDecoder(.none)
    private let head = RequestHead()
    private var isInBody = false
    private let limits: HTTPLimits
    private let buffer = ByteBuffer(capacity: 64)

    init(limits: HTTPLimits = HTTPLimits()) {
        self.limits = limits
        parser = RequestParser(limits: limits)
    }

    /// Receives some bytes and works on all that are there.
    mutating func receive(_ bytes: Span<UInt8>) {
        buffer.write(bytes)
        while isInBody ? readBody() : readHead() {}
    }

    private mutating func readHead() -> Bool {
        let buffer = self.buffer
        if buffer.isEmpty { return false }
        switch parser.parse(buffer.bytes, into: head) {
        case .needMore: return false
        case .failed(let problem): return fail(problem)
        case .complete(let count):
            buffer.consume(count)
            events.append(.head(describe()))
            decoder = BodyDecoder(parser.framing, limits: limits)
            isInBody = true
            return true
        }
    }

    private mutating func readBody() -> Bool {
        let buffer = self.buffer
        switch decoder.next(buffer.bytes) {
        case .needMore(let skip):
            buffer.consume(skip)
            return false
        case .data(let skip, let count):
            buffer.consume(skip)
            append(buffer.bytes.extracting(0..<count))
            decoder.consume(count)
            buffer.consume(count)
            return true
        case .end(let skip):
            buffer.consume(skip)
            events.append(.end(trailers: decoder.trailers.lines))
            isInBody = false
            return true
        case .failed(let problem): return fail(problem)
        }
    }

    private mutating func fail(_ problem: ProtocolProblem) -> Bool {
        if case .failed = events.last { return false }
        events.append(.failed("\(problem)"))
        return false
    }

    /// Adds to the last piece of body, since pieces depend on how bytes arrive.
    private mutating func append(_ bytes: Span<UInt8>) {
        var data = ByteString()
        if case .body(let earlier) = events.last {
            data = earlier
            events.removeLast()
        }
        data.append(bytes)
        events.append(.body(data))
    }

    private func describe() -> String {
        let name = head.method == .other ? head.methodName : ByteString("\(head.method.name)")
        return "\(name) \(head.target) \(head.path) \(head.query?.description ?? "-") "
            + "\(head.authority) \(head.version) \(head.headers.lines) \(parser.framing) "
            + "\(parser.keepAlive) \(parser.expectsContinue) \(parser.upgrade)"
    }
}
