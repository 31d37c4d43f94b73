internal import WeirBase
internal import WeirFilter

/// Answers preflights and tells browsers who may read responses. Shared by all streams.
///
/// What was found out about a request is not kept for its response, but found out again: that costs
/// less than memory per stream.
final class OriginGuard: HTTPFilter, Sendable {
    private static let prefix: StaticString = "access-control-"
    private static let originToken: ByteString = "Origin"

    private let policy: Policy
    private let allowed: Counter
    private let foreign: Counter
    private let preflights: Counter
    private let refusedPreflights: Counter

    init(_ policy: Policy, _ services: any GatewayServices) {
        self.policy = policy
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_cors_requests_total", "Requests of other origins' pages.",
                labels: [("outcome", outcome)])
        }
        allowed = counter("allowed")
        foreign = counter("foreign")
        preflights = counter("preflight-allowed")
        refusedPreflights = counter("preflight-denied")
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        let source = policy.source(of: request)
        let isPreflight = Preflight.isOne(request)
        switch source {
        case .own where !isPreflight: return .continue
        case .allowed where !isPreflight:
            allowed.add(for: stream)
            return .continue
        case .foreign where !isPreflight || policy.passesUnmatched:
            foreign.add(for: stream)
            return .continue
        case .own, .allowed, .foreign: break
        }
        let headers = request.headers
        let isAllowed =
            source == .allowed
            && headers.withFirst(Preflight.method) { policy.allows(request, method: $0) } == true
        (isAllowed ? preflights : refusedPreflights).add(for: stream)
        return .respond(isAllowed ? Preflight.answer(request, policy) : Preflight.refusal)
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        let source = policy.source(of: stream.request)
        if source == .foreign && policy.passesUnmatched {
            Self.varyByOrigin(response)
            return .continue
        }
        // There is one who decides.
        response.headers.removeAll { headers, index in
            headers.known(at: index) == .other
                && headers.name(at: index).startsIgnoringCase(Self.prefix)
        }
        if policy.origins != nil { Self.varyByOrigin(response) }
        guard source == .allowed else { return .continue }
        let origin = Preflight.origin(of: stream.request, policy)
        response.headers.append(Preflight.allowOrigin, origin.span)
        if policy.allowsCredentials {
            let yes: StaticString = "true"
            response.headers.append(Preflight.allowCredentials, yes.span)
        }
        if let list = policy.exposeList {
            response.headers.append(Preflight.exposeHeaders, list.span)
        }
        return .continue
    }

    /// Tells caches that another origin gets another response; also when this request has none, for
    /// what is stored would be given to those that have one.
    private static func varyByOrigin(_ response: ResponseHead) {
        let token = originToken
        switch variation(in: response.headers) {
        case .named: break
        case .listed(let line): response.headers.extendValue(at: line, with: token.span)
        case .none: response.headers.append(Preflight.vary, token.span)
        }
    }

    /// What a response says already of what it varies by.
    private enum Variation {
        case none
        /// Something else, in that line.
        case listed(Int)
        /// The origin, or everything.
        case named
    }

    private static func variation(in headers: borrowing HeaderMap) -> Variation {
        var line = headers.index(of: Preflight.vary)
        var found = Variation.none
        while let index = line {
            if names(headers.value(at: index)) { return .named }
            if case .none = found { found = .listed(index) }
            line = headers.index(of: Preflight.vary, from: index + 1)
        }
        return found
    }

    /// Whether a list names the field already, or all fields.
    private static func names(_ list: Span<UInt8>) -> Bool {
        var start = 0
        while start <= list.count {
            let end = list.firstIndex(of: UInt8(ascii: ","), from: start) ?? list.count
            let name = list.extracting(start..<end).trimmed
            if name.equalsIgnoringCase("origin") || name.equals("*") { return true }
            start = end + 1
        }
        return false
    }
}
