internal import WeirBase
internal import WeirFilter

/// The answers to clients that do not get in.
struct Refusals: Sendable {
    let missing: LocalResponse
    let malformed: LocalResponse
    let wrong: LocalResponse
    let busy: LocalResponse

    /// A 401 says how to get in, and that names and passwords are UTF-8 (RFC 7617, section 2.1).
    init(realm: String) {
        let headers: [(HeaderName, ByteString)] = [
            ("www-authenticate", ByteString("Basic realm=\"\(realm)\", charset=\"UTF-8\""))
        ]
        missing = LocalResponse(status: 401, cause: "basic_auth_missing", headers: headers)
        malformed = LocalResponse(status: 401, cause: "basic_auth_malformed", headers: headers)
        wrong = LocalResponse(status: 401, cause: "basic_auth_wrong", headers: headers)
        busy = LocalResponse(
            status: 503, cause: "basic_auth_busy", headers: [("retry-after", "1")])
    }
}

/// How many requests there were by what came of them.
struct Counters: Sendable {
    let checked: Counter
    let cached: Counter
    let missing: Counter
    let anonymous: Counter
    let malformed: Counter
    let wrong: Counter
    let busy: Counter

    init(_ services: any GatewayServices) {
        func counter(_ outcome: String) -> Counter {
            services.counter(
                "weir_basic_auth_requests_total", "Requests by what came of their password.",
                labels: [("outcome", outcome)])
        }
        checked = counter("checked")
        cached = counter("cached")
        missing = counter("missing")
        anonymous = counter("anonymous")
        malformed = counter("malformed")
        wrong = counter("wrong")
        busy = counter("busy")
    }
}
