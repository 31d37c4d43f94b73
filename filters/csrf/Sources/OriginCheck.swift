internal import WeirBase
internal import WeirFilter

/// Where a request comes from, by what browsers say and pages cannot change.
struct OriginCheck: Sendable {
    enum Finding {
        /// The method changes nothing (RFC 9110, section 9.2.1).
        case safe
        case good
        case bad
    }

    private static let site: HeaderName = "sec-fetch-site"

    let additional: [OriginPattern]
    let allowsMissing: Bool

    func judge(_ request: RequestHead) -> Finding {
        switch request.method {
        case .get, .head, .options, .trace: return .safe
        case .post, .put, .delete, .connect, .patch, .other: break
        }
        let headers = request.headers
        if let line = headers.index(of: Self.site),
            headers.index(of: Self.site, from: line + 1) == nil,
            // The browser itself compares, and knows the origin even where a proxy in front of the
            // gateway has changed the scheme or the host (W3C Fetch Metadata, section 2.2).
            headers.value(at: line).equals("same-origin") || headers.value(at: line).equals("none")
        {
            return .good
        }
        if let line = headers.index(of: .origin) {
            // Two are no browser's; `null` is no place.
            guard headers.index(of: .origin, from: line + 1) == nil else { return .bad }
            return isKnown(headers.value(at: line), request) ? .good : .bad
        }
        if let line = headers.index(of: .referer) {
            let page = headers.value(at: line)
            guard headers.index(of: .referer, from: line + 1) == nil else { return .bad }
            return isKnown(page.extracting(0..<Self.originCount(page)), request) ? .good : .bad
        }
        // A browser that tells of another site says so without an origin too.
        return allowsMissing && headers.index(of: Self.site) == nil ? .good : .bad
    }

    private func isKnown(_ origin: Span<UInt8>, _ request: RequestHead) -> Bool {
        if request.isFromSameOrigin(origin) { return true }
        for pattern in additional where pattern.matches(origin) { return true }
        return false
    }

    /// How many bytes of a page's address are its origin: up to the path, the query or the
    /// fragment.
    private static func originCount(_ address: Span<UInt8>) -> Int {
        var slashes = 0
        for index in 0..<address.count {
            switch address[index] {
            case UInt8(ascii: "/"):
                slashes += 1
                if slashes == 3 { return index }
            case UInt8(ascii: "?"), UInt8(ascii: "#"): return index
            default: break
            }
        }
        return address.count
    }
}

/// Refuses streams that come from other sites' pages. Shared by all streams.
final class OriginGate: HTTPFilter, Sendable {
    private static let refusal = LocalResponse(status: 403, cause: "csrf_denied")

    private let check: OriginCheck
    private let share: Percentage
    private let accepted: Counter
    private let refused: Counter
    private let spared: Counter

    init(_ check: OriginCheck, _ share: Percentage, _ services: any GatewayServices) {
        self.check = check
        self.share = share
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_csrf_requests_total",
                "Requests that change something, by what came of where they come from.",
                labels: [("outcome", outcome)])
        }
        accepted = counter("accepted")
        refused = counter("refused")
        spared = counter("spared")
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        switch check.judge(request) {
        case .safe: return .continue
        case .good:
            accepted.add(for: stream)
            return .continue
        case .bad:
            guard share.draw(stream.random) else {
                spared.add(for: stream)
                return .continue
            }
            refused.add(for: stream)
            return .respond(Self.refusal)
        }
    }
}
