import WeirBase
import WeirFilter

/// Whoever asks an endpoint: notes what a codec tells it.
final class FakeCaller: UpstreamReceiver {
    let upstreamResponse = ResponseHead()
    var upstreamMethod = Method.get
    private(set) var log: [String] = []
    private(set) var failure: UpstreamFailure?
    private(set) var framing: BodyFraming?
    private(set) var isUpgraded = false
    private(set) var trailers: [String: String] = [:]
    private(set) var informational: [Int] = []
    private(set) var violations: [String] = []
    var body = ""
    /// How many more bytes of body are taken.
    var appetite = Int.max
    var whenHead: (FakeCaller) -> Void = { _ in }
    var whenWritable: (FakeCaller) -> Void = { _ in }
    /// Set while the test calls the stream, when nothing may come back.
    var isCalling = false
    var stream: (any UpstreamStream)?
    private var isOver = false

    private func note(_ call: String) {
        if isCalling { violations.append("\(call) inside a call") }
        if isOver { violations.append("\(call) after the end") }
        log.append(call)
    }

    var status: Int { upstreamResponse.status }
    var isComplete: Bool { log.last == "end" }

    func field(_ name: String) -> String? {
        upstreamResponse.headers.values(HeaderName(name)!).first
    }

    func upstreamChosen(_ endpoint: String) {}
    func upstreamReady(_ stream: any UpstreamStream) {}

    func upstreamFailed(_ failure: UpstreamFailure) {
        note("failed")
        self.failure = failure
        isOver = true
    }

    func upstreamInformational() {
        note("informational")
        informational.append(upstreamResponse.status)
    }

    func upstreamHead(framing: BodyFraming, upgraded: Bool) {
        note("head")
        self.framing = framing
        isUpgraded = upgraded
        whenHead(self)
    }

    func upstreamBody(_ bytes: Span<UInt8>) -> Int {
        note("body")
        let count = min(appetite, bytes.count)
        body += bytes.extracting(0..<count).string
        appetite -= count
        return count
    }

    func upstreamEnd(_ trailers: borrowing HeaderMap) {
        note("end")
        isOver = true
        for index in 0..<trailers.count {
            self.trailers[trailers.name(at: index).string] = trailers.value(at: index).string
        }
    }

    func upstreamWritable() {
        note("writable")
        whenWritable(self)
    }

    // MARK: Asking

    /// Makes calls of the stream, during which nothing may be told.
    func calling(_ body: () -> Void) {
        isCalling = true
        body()
        isCalling = false
    }
}

/// A request's head for a test.
func requestHead(
    _ method: Method = .get, path: ByteString = "/", query: ByteString? = nil,
    _ headers: [(String, String)] = []
) -> RequestHead {
    let head = RequestHead()
    head.method = method
    head.path = path
    head.query = query
    head.authority = "a.example"
    for (name, value) in headers { head.headers.append(HeaderName(name)!, value) }
    return head
}
