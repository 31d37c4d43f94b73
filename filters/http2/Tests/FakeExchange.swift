import WeirBase
import WeirFilter

/// An exchange that notes what a codec tells it, and answers as a test says.
final class FakeExchange: RequestReceiver {
    let sink: any ResponseSink
    let request = RequestHead()
    let response = ResponseHead()
    /// Runs when the request has set out, or was refused.
    var behaviour: (FakeExchange) -> Void = { _ in }
    /// Runs whenever the client takes bytes again.
    var whenWritable: (FakeExchange) -> Void = { _ in }
    /// Runs when the request is complete.
    var whenEnded: (FakeExchange) -> Void = { _ in }

    /// Every call, in order.
    private(set) var log: [String] = []
    var method = ""
    var authority: String?
    var path: String?
    var isLast = false
    var upgrade: String?
    var body = ""
    var trailers: [String: String] = [:]
    /// How many more bytes of body are taken.
    var appetite = Int.max
    var problem: ProtocolProblem?
    var isTunnel = false
    private(set) var isOver = false
    private(set) var abortCause: String?
    /// Whether a call of this object is on the stack, in which none may end it.
    private var depth = 0
    private(set) var violations: [String] = []

    init(_ sink: any ResponseSink) { self.sink = sink }

    var wasStarted: Bool { log.contains("start") }
    var wasFinished: Bool { log.contains("finish") }

    private func enter(_ call: String, _ body: () -> Void = {}) {
        if isOver { violations.append("\(call) after the end") }
        if depth > 0 { violations.append("\(call) inside another call") }
        log.append(call)
        depth += 1
        body()
        depth -= 1
    }

    func field(_ name: String) -> String? {
        request.headers.values(HeaderName(name)!).first
    }

    func setTarget(
        method: Span<UInt8>, authority: Span<UInt8>?, path: Span<UInt8>?
    ) -> ProtocolProblem? {
        self.method = method.string
        if let authority { self.authority = authority.string }
        if let path { self.path = path.string }
        enter("target")
        return nil
    }

    func addField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> ProtocolProblem? {
        if isOver { violations.append("field after the end") }
        request.headers.append(HeaderName(name.string)!, value)
        return nil
    }

    func start(isLast: Bool, upgrade: ByteString?) -> ProtocolProblem? {
        self.isLast = isLast
        self.upgrade = upgrade?.description
        enter("start") {
            behaviour(self)
            if isLast { whenEnded(self) }
        }
        return nil
    }

    func refuse(_ problem: ProtocolProblem) {
        self.problem = problem
        enter("refuse") { respond(problem.status) }
    }

    func requestBody(_ bytes: Span<UInt8>) -> Int {
        if isOver { violations.append("body after the end") }
        let count = min(appetite, bytes.count)
        body += bytes.extracting(0..<count).string
        appetite -= count
        log.append("body")
        return count
    }

    func requestBecomesTunnel() {
        isTunnel = true
        log.append("tunnel")
    }

    func requestEnded(_ trailers: borrowing HeaderMap) {
        for index in 0..<trailers.count {
            self.trailers[trailers.name(at: index).string] = trailers.value(at: index).string
        }
        enter("ended") { whenEnded(self) }
    }

    func downstreamWritable() { enter("writable") { whenWritable(self) } }

    func finish() {
        enter("finish")
        isOver = true
    }

    func abort(cause: StaticString) {
        enter("abort")
        isOver = true
        abortCause = cause.description
    }

    // MARK: Answering

    /// Sends a whole response with a body of a known length.
    func respond(_ status: Int = 200, _ body: String = "", headers: [(String, String)] = []) {
        respondHead(status, length: Int64(body.utf8.count), headers: headers)
        if !body.isEmpty { _ = send(body) }
        sink.sendEnd(HeaderMap())
    }

    func respondHead(
        _ status: Int = 200, length: Int64?, headers: [(String, String)] = [],
        upgraded: Bool = false
    ) {
        response.clear()
        response.status = status
        for (name, value) in headers { response.headers.append(HeaderName(name)!, value) }
        sink.sendHead(response, length: length, upgraded: upgraded, mustClose: false)
    }

    func send(_ text: String) -> Int { sink.sendBody(text.utf8.span) }
}
