import Synchronization
import WeirBase
import WeirFilter
import WeirTesting

@testable import JwtFilter

/// The time at which tests begin, in seconds since 1970.
let testTime: Int64 = 1_767_225_600

let issuer = "https://id.example.com"

/// Claims that are good for an hour, with others added or, as nil, left out; values are JSON.
func claims(_ changes: [String: String?] = [:]) -> String {
    var all: [String: String] = [
        "iss": "\"\(issuer)\"", "sub": "\"alice\"", "iat": "\(testTime - 10)",
        "exp": "\(testTime + 3600)",
    ]
    for (name, value) in changes { all[name] = value }
    let texts = all.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    return "{\(texts.joined(separator: ","))}"
}

/// A configuration with inline keys and more fields.
func inline(
    _ keys: String = TestKey.set(TestKey.fit("ES256")),
    _ fields: [(key: String, value: TestConfiguration)] = []
) -> TestConfiguration {
    let own: [(key: String, value: TestConfiguration)] = [
        ("issuer", .text(issuer)), ("jwks", ["inline": .text(keys)]),
    ]
    return .mapping(own + fields)
}

/// A request with a token.
func request(_ token: String?, _ headers: TestFields = [:], target: String = "/") -> TestRequest {
    var fields = headers
    if let token { fields.lines.insert(.init("authorization", "Bearer \(token)"), at: 0) }
    return TestRequest("GET", target, headers: fields)
}

extension FilterTest {
    /// What came of a request with this token: `200`, or `401 jwt_missing`.
    func outcome(_ token: String?, _ headers: TestFields = [:]) throws -> String {
        let result = try exchange(request(token, headers))
        let status = result.response?.status ?? 0
        return status == 200 ? "200" : "\(status) \(result.cause)"
    }

    /// How many tokens had this outcome.
    func count(_ outcome: String) -> Int {
        services.count("weir_jwt_tokens_total{outcome=\"\(outcome)\"}")
    }
}

/// An identity provider in memory: what it answers, and how often it was asked.
final class TestProvider: Sendable {
    private struct State {
        var body: String
        var status = 200
        var cacheControl: String?
        var isSilent = false
        var isDown = false
        var calls = 0
    }

    private let state: Mutex<State>

    init(_ keys: TestKey...) {
        let keys = keys.map { $0.jwk() }.joined(separator: ",")
        state = Mutex(State(body: "{\"keys\":[\(keys)]}"))
    }

    var calls: Int { state.withLock { $0.calls } }

    func publish(_ keys: TestKey...) {
        let keys = keys.map { $0.jwk() }.joined(separator: ",")
        publish("{\"keys\":[\(keys)]}")
    }

    func publish(_ text: String, status: Int = 200) {
        state.withLock { state in
            state.body = text
            state.status = status
        }
    }

    /// What `cache-control` says from now on.
    func say(_ cacheControl: String?) { state.withLock { $0.cacheControl = cacheControl } }

    /// Nothing answers; or refuses at once.
    func fall(silent: Bool = false) {
        state.withLock { state in
            state.isSilent = silent
            state.isDown = !silent
        }
    }

    func rise() {
        state.withLock { state in
            state.isSilent = false
            state.isDown = false
        }
    }

    /// Makes it the cluster `idp`.
    func serve(_ services: TestServices) {
        services.serve("idp") { [self] request in
            state.withLock { state in
                if state.isSilent { return nil }
                state.calls += 1
                if state.isDown { return .failure(CallFailure("connect_failed")) }
                var headers = HeaderMap()
                if let text = state.cacheControl { headers.append("cache-control", text) }
                return .success(
                    CallResponse(
                        status: state.status, headers: headers, body: ByteString(state.body)))
            }
        }
    }
}

/// A configuration with keys from the cluster `idp`.
func remote(
    _ keys: [(key: String, value: TestConfiguration)] = [],
    _ fields: [(key: String, value: TestConfiguration)] = []
) -> TestConfiguration {
    let place: [(key: String, value: TestConfiguration)] = [
        ("cluster", "idp"), ("path", "/jwks.json"),
    ]
    let own: [(key: String, value: TestConfiguration)] = [
        ("issuer", .text(issuer)), ("jwks", .mapping(place + keys)),
    ]
    return .mapping(own + fields)
}
