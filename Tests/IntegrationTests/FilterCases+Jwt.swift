import JwtFilter
import Testing
import WeirBase
import WeirTesting

extension FilterCase {
    static let jwt = [
        FilterCase(
            "jwt: a good token", TestFilter(Jwt.self, configuration()),
            request: request(
                "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJjYXNlIiwic3ViIjoiYWxpY2UifQ."
                    + "tvxpYG5GXKaR7_OmBfBR9cByq1H16KT5UluU1Zhu9Ts")
        ) { result in
            #expect(result.response?.status == 200)
            #expect(result.upstreamRequest?.headers.values("x-user") == ["alice"])
            #expect(result.upstreamRequest?.headers["authorization"] == nil)
        },
        FilterCase(
            "jwt: no token where none is needed",
            TestFilter(Jwt.self, configuration([("optional", true)])), request: request(nil)
        ) { result in
            #expect(result.response?.status == 200)
            #expect(result.upstreamRequest?.headers["x-user"] == nil)
        },
        refused(
            "jwt: no token", TestFilter(Jwt.self, configuration()), request: request(nil),
            with: 401, cause: "jwt_missing"),
        refused(
            "jwt: not signed by the issuer", TestFilter(Jwt.self, configuration()),
            request: request(
                "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJjYXNlIiwic3ViIjoiYWxpY2UifQ."
                    + "uvxpYG5GXKaR7_OmBfBR9cByq1H16KT5UluU1Zhu9Ts"), with: 401,
            cause: "jwt_invalid"),
        refused(
            "jwt: no token at all", TestFilter(Jwt.self, configuration()),
            request: request("Bearer nonsense"), with: 401, cause: "jwt_malformed"),
    ]

    private static func request(_ authorization: String?) -> TestRequest {
        var fields: TestFields = ["x-user": "root"]
        if let authorization { fields.lines.append(.init("authorization", authorization)) }
        return TestRequest("GET", "/", headers: fields)
    }

    /// A secret and tokens without an end: these cases have no clock.
    private static func configuration(
        _ fields: [(key: String, value: TestConfiguration)] = []
    ) -> TestConfiguration {
        let own: [(key: String, value: TestConfiguration)] = [
            ("issuer", "case"), ("algorithms", ["HS256"]), ("unsafe-no-expiry", true),
            ("secret", "a secret that only tests may know of"), ("forward", "strip"),
            ("claims-to-headers", ["x-user": "sub"]),
        ]
        return .mapping(own + fields)
    }
}
