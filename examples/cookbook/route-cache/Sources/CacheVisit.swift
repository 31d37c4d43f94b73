internal import WeirBase
internal import WeirFilter

/// One stream's visit to the store.
final class CacheVisit: HTTPFilter {
    private let shared: SharedCache
    /// What the response is kept under; nil when it is not.
    private var key: ByteString?
    /// What is being collected.
    private var candidate: KeptResponse?

    init(_ shared: SharedCache) { self.shared = shared }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        guard let key = Freshness.key(of: request) else { return .continue }
        guard let kept = shared.store.with(stream, { $0.find(key, now: stream.now) }) else {
            shared.misses.add(for: stream)
            self.key = key
            return .continue
        }
        shared.hits.add(for: stream)
        let age = (stream.now - kept.made).nanoseconds / 1_000_000_000
        return .respond(
            LocalResponse(
                status: 200, cause: "route_cache_hit",
                headers: kept.headers + [("age", ByteString("\(age)"))], body: kept.body))
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        guard key != nil, let life = Freshness.lifetime(of: response) else { return .continue }
        let age = Interval.seconds(
            response.headers.withFirst("age") { Int64($0.decimal ?? 0) } ?? 0)
        guard age < life else { return .continue }
        let made = MonotonicTime(nanoseconds: stream.now.nanoseconds - age.nanoseconds)
        candidate = KeptResponse(
            headers: Self.keptFields(of: response), made: made, freshUntil: made + life)
        if !stream.responseHasBody { keep(stream) }
        return .continue
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        guard candidate != nil else { return .continue }
        candidate?.body.append(chunk.bytes)
        if let count = candidate?.body.count, count > shared.maxBody {
            candidate = nil
        } else if isLast {
            keep(stream)
        }
        return .continue
    }

    private func keep(_ stream: FilterStream) {
        if let key, let candidate { shared.store.with(stream) { $0.keep(candidate, under: key) } }
        candidate = nil
    }

    /// All fields but those of the connection, which the gateway makes anew, and `age`.
    private static func keptFields(of response: ResponseHead) -> [(HeaderName, ByteString)] {
        let fields = response.headers
        var kept: [(HeaderName, ByteString)] = []
        for index in 0..<fields.count {
            guard let name = HeaderName(fields.name(at: index).string), !name.isReserved,
                name.known != .age
            else { continue }
            kept.append((name, ByteString(fields.value(at: index))))
        }
        return kept
    }
}
