internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Sends copies. Shared by all streams of a configuration, on all loops.
final class Shadow: Sendable {
    let share: Percentage
    let maxBody: Int
    private let maxInFlight: Int
    private let timeout: Interval
    private let cluster: Cluster
    private let inFlight = Atomic<Int>(0)
    private let sent, failed, skipped: Counter

    init(
        _ configuration: ShadowTraffic.Configuration, _ cluster: Cluster,
        _ services: any GatewayServices
    ) {
        share = configuration.share ?? Percentage(100)
        maxBody = (configuration.maxBody ?? ConfigSize(64 << 10)).bytes
        maxInFlight = configuration.maxInFlight ?? 100
        timeout = (configuration.timeout ?? ConfigDuration(.seconds(5))).interval
        self.cluster = cluster
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_shadow_traffic_copies_total", "Copies of requests, by what came of them.",
                labels: [("outcome", outcome)])
        }
        sent = counter("answered")
        failed = counter("failed")
        skipped = counter("skipped")
    }

    /// Sends a copy, unless there are too many under way.
    func send(_ copy: CallRequest) {
        guard inFlight.add(1, ordering: .relaxed).newValue <= maxInFlight else {
            inFlight.subtract(1, ordering: .relaxed)
            return skipped.add()
        }
        // Not on behalf of the stream, which may be over before there is an answer.
        cluster.call(copy) { result in
            self.inFlight.subtract(1, ordering: .relaxed)
            switch result {
            case .success: self.sent.add()
            case .failure: self.failed.add()
            }
        }
    }

    /// A request cannot be copied.
    func skip(_ stream: FilterStream) { skipped.add(for: stream) }

    /// The head of a copy of a request; nil when its method has no name of its own here.
    func copy(of request: RequestHead) -> CallRequest? {
        guard request.method != .other, request.method != .connect else { return nil }
        var path = request.path
        if let query = request.query { path.append("?\(query)") }
        var headers: [(HeaderName, ByteString)] = [("x-shadow", "true")]
        let fields = request.headers
        for index in 0..<fields.count {
            guard let name = HeaderName(fields.name(at: index).string), !name.isReserved,
                name.known != .expect
            else { continue }
            headers.append((name, ByteString(fields.value(at: index))))
        }
        return CallRequest(
            request.method, path, authority: request.authority, headers: headers,
            timeout: timeout, isRepeatable: false)
    }
}

/// Copies one stream's request, whose way on it never changes.
final class RequestCopier: HTTPFilter {
    private let shadow: Shadow
    private var copy: CallRequest?

    init(_ shadow: Shadow) { self.shadow = shadow }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        guard shadow.share.draw(stream.random) else { return .continue }
        copy = shadow.copy(of: request)
        if copy == nil { shadow.skip(stream) }
        if !stream.requestHasBody { send() }
        return .continue
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        copy?.body.append(chunk.bytes)
        if let count = copy?.body.count, count > shadow.maxBody {
            copy = nil
            shadow.skip(stream)
        } else if isLast {
            send()
        }
        return .continue
    }

    private func send() {
        if let copy { shadow.send(copy) }
        copy = nil
    }
}
