internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// A request of the gateway's own on its way to a cluster and back, collected whole.
///
/// It takes the same road as a client's request: the cluster's balancing, connections and limits.
final class OutgoingCall: UpstreamReceiver, TimerTarget, TurnJob {
    let upstreamResponse = ResponseHead()
    /// Nil when the configuration in service no longer has it.
    private let cluster: WorkerCluster?
    private let loop: EventLoop
    private let head = RequestHead()
    private let body: ByteString
    private let timeout: Interval
    private let responseLimit: Int
    private let endpoint: SocketAddress?
    private let isRepeatable: Bool
    private var done: ((OutgoingCall, CallResult) -> Void)?
    private var result: CallResult?
    private var upstream: (any UpstreamStream)?
    private var isAcquiring = false
    private var retries = 0
    private var sentBytes = 0
    private var received = ByteString()
    private lazy var timer = LoopTimer(self)

    /// Prepares a call; `done` is told once, at the end of a turn, unless the call is cancelled.
    init(
        _ request: CallRequest, to name: String, on cluster: WorkerCluster?, loop: EventLoop,
        _ done: @escaping (OutgoingCall, CallResult) -> Void
    ) {
        self.cluster = cluster
        self.loop = loop
        self.done = done
        body = request.body
        timeout = request.timeout
        responseLimit = request.responseLimit
        endpoint = request.endpoint
        isRepeatable = request.isRepeatable
        head.method = request.method
        if let split = request.path.span.firstIndex(of: UInt8(ascii: "?")) {
            head.path = ByteString(Array(request.path.storage[..<split]))
            head.query = ByteString(Array(request.path.storage[(split + 1)...]))
        } else {
            head.path = request.path
        }
        head.target = request.path
        head.authority = request.authority ?? ByteString(name)
        for (name, value) in request.headers { head.headers.append(name, value.span) }
    }

    var upstreamMethod: Method { head.method }

    func start() {
        timer.arm(on: loop, at: loop.now + timeout)
        acquire()
    }

    private func acquire() {
        guard let cluster else { return end(.failure(.gone)) }
        isAcquiring = true
        if let endpoint {
            cluster.acquire(self, at: endpoint)
        } else {
            cluster.acquire(self)
        }
    }

    /// Nobody waits for the result any more.
    func cancel() {
        done = nil
        release()
    }

    /// There will be no connections any more: ends the call at once.
    func abandon() {
        let done = self.done.take()
        release()
        done?(self, .failure(.gone))
    }

    private func release() {
        timer.cancel()
        if isAcquiring {
            isAcquiring = false
            cluster?.forget(self)
        }
        if let upstream {
            self.upstream = nil
            upstream.cancel()
        }
    }

    /// Ends the call; whoever asked hears of it when nobody's call is under way any more.
    private func end(_ result: CallResult) {
        guard self.result == nil, done != nil else { return }
        self.result = result
        release()
        loop.afterTurn(self)
    }

    func runAfterTurn() {
        guard let done = done.take(), let result = result.take() else { return }
        done(self, result)
    }

    func timerFired(_ timer: LoopTimer) { end(.failure(.timeout)) }

    // MARK: UpstreamReceiver

    func upstreamChosen(_ endpoint: String) {}

    func upstreamReady(_ stream: any UpstreamStream) {
        isAcquiring = false
        upstream = stream
        let hasNone = body.isEmpty && (head.method == .get || head.method == .head)
        stream.sendHead(
            head, framing: hasNone ? .none : .length(Int64(body.count)), upgrade: false)
        sendBody()
    }

    func upstreamWritable() { sendBody() }

    private func sendBody() {
        guard let upstream, sentBytes <= body.count else { return }
        if sentBytes < body.count {
            let bytes = body
            sentBytes += upstream.sendBody(bytes.span.extracting(sentBytes..<bytes.count))
        }
        guard sentBytes == body.count else { return }
        // Once: from here on nothing is left to send.
        sentBytes += 1
        upstream.sendEnd(HeaderMap())
    }

    func upstreamFailed(_ failure: UpstreamFailure) {
        isAcquiring = false
        upstream = nil
        let mayRetry =
            switch failure.retry {
            case .never: false
            case .ifIdempotent: isRepeatable
            case .always: true
            }
        guard mayRetry, retries < 2, result == nil else {
            return end(.failure(CallFailure(failure.cause)))
        }
        retries += 1
        sentBytes = 0
        received = ByteString()
        upstreamResponse.clear()
        acquire()
    }

    func upstreamInformational() { upstreamResponse.clear() }

    func upstreamHead(framing: BodyFraming, upgraded: Bool) {
        if case .length(let count) = framing, count > Int64(responseLimit) {
            end(.failure(.tooLarge))
        }
    }

    func upstreamBody(_ bytes: Span<UInt8>) -> Int {
        guard result == nil else { return bytes.count }
        if received.count + bytes.count > responseLimit {
            end(.failure(.tooLarge))
        } else {
            received.append(bytes)
        }
        return bytes.count
    }

    func upstreamEnd(_ trailers: borrowing HeaderMap) {
        upstream = nil
        end(
            .success(
                CallResponse(
                    status: upstreamResponse.status, headers: upstreamResponse.headers,
                    body: received, trailers: copy trailers)))
    }
}
