import FaultFilter
import HeadersFilter
import IpAccessFilter
import RequestIdFilter
import Testing
import WeirBase
import WeirTesting

extension FilterCase {
    static let headers = [
        FilterCase(
            "headers: every change of a request",
            TestFilter(
                Headers.self,
                [
                    "request": [
                        "set": ["x-a": "1", "x-new": "{header:x-old}"], "add": ["x-a": "2"],
                        "append": ["x-a": "3"], "remove": ["X-Gone", "x-old"],
                    ]
                ]),
            request: TestRequest(
                headers: ["x-a": "0", "X-GONE": "1", "X-Old": "v", "x-gone": "2", "x-stays": "s"])
        ) { result in
            let fields = try #require(result.upstreamRequest).headers
            #expect(fields.values("x-a") == ["1", "2, 3"])
            #expect(fields["x-gone"] == nil && fields["x-old"] == nil)
            #expect(fields["x-new"] == "v" && fields["x-stays"] == "s")
        },
        FilterCase(
            "headers: every change of a response",
            TestFilter(
                Headers.self,
                [
                    "response": [
                        "set": ["x-status": "{status} on {path}"], "add": ["set-cookie": "b=2"],
                        "append": ["vary": "accept"], "remove": ["server"],
                    ]
                ]),
            request: TestRequest("GET", "/there?q=1"),
            upstream: { _ in
                TestResponse(
                    404, headers: ["server": "s", "set-cookie": "a=1", "vary": "origin"],
                    body: "none")
            }
        ) { result in
            let fields = try #require(result.response).headers
            #expect(fields["x-status"] == "404 on /there" && fields["server"] == nil)
            #expect(fields.values("set-cookie") == ["a=1", "b=2"])
            #expect(fields.values("vary") == ["origin, accept"])
        },
        FilterCase(
            "headers: templates",
            TestFilter(
                Headers.self,
                [
                    "request": [
                        "set": [
                            "x-who": "{client-address} {host} {method}",
                            "x-where": "{listener}/{route} {path}",
                            "x-what": "{{{capture:version}}} {capture:user}",
                        ]
                    ]
                ]),
            request: captured
        ) { result in
            let fields = try #require(result.upstreamRequest).headers
            #expect(fields["x-who"] == "192.0.2.1 api.example POST")
            #expect(fields["x-where"] == "test/test /v1/users/a%20b")
            #expect(fields["x-what"] == "{v1} a%20b")
        },
    ]

    private static let captured: TestRequest = {
        var request = TestRequest("POST", "/v1/users/a%20b?q=1", body: "abc")
        request.authority = "api.example:8443"
        request.captures = ["version": "v1", "user": "a%20b"]
        return request
    }()

    private static let everyFilter = [
        TestFilter(RequestId.self, ["echo": true]),
        TestFilter(
            Headers.self,
            ["request": ["set": ["x-gateway": "weir"]], "response": ["set": ["x-s": "{status}"]]]),
        TestFilter(IpAccess.self, ["deny": ["10.0.0.0/8"]]),
        TestFilter(Fault.self, ["abort": ["status": 503], "when": ["headers": ["x-fault": "*"]]]),
    ]

    /// Both bodies cut so, with trailers.
    private static func bodies(_ name: String, _ split: Delivery.Split) -> FilterCase {
        FilterCase(
            "chain: bodies \(name)", everyFilter[0], everyFilter[1], everyFilter[2], everyFilter[3],
            request: TestRequest(
                "PUT", "/file", headers: ["x-in": "1"], body: "the request",
                trailers: ["x-sum": "17"]),
            delivery: Delivery(request: split, response: split),
            upstream: { asked in
                let body = ByteString("the response to \(asked.body?.description ?? "nothing")")
                return TestResponse(201, body: body, trailers: ["x-sum": "42"])
            }
        ) { result in
            #expect(result.upstreamRequest?.body == "the request")
            #expect(result.upstreamRequest?.trailers?["x-sum"] == "17")
            #expect(result.upstreamRequest?.headers["x-gateway"] == "weir")
            #expect(result.response?.body == "the response to the request")
            #expect(result.response?.trailers?["x-sum"] == "42")
            #expect(result.response?.headers["x-s"] == "201")
        }
    }

    static let chains = [
        bodies("whole", .whole), bodies("in two", .at(3)), bodies("byte by byte", .bytes),
        bodies("with a late end", .lateEnd),
        FilterCase(
            "chain: an answer goes back through those before", everyFilter[0], everyFilter[1],
            everyFilter[3], request: TestRequest(headers: ["x-fault": "1"])
        ) { result in
            let response = try #require(result.response)
            #expect(response.status == 503 && response.headers["x-s"] == "503")
            #expect(response.headers["x-request-id"]?.utf8.count == 32)
        },
        FilterCase(
            "chain: bodies that turn out empty", everyFilter[0],
            request: TestRequest("POST", body: ""), upstream: { _ in TestResponse(body: "") }
        ) { result in
            #expect(result.upstreamRequest?.body == "" && result.response?.body == "")
        },
        FilterCase(
            "chain: a response to HEAD", everyFilter[1], request: TestRequest("HEAD")
        ) { result in
            #expect(result.response?.body == nil && result.response?.headers["x-s"] == "200")
        },
        FilterCase(
            "chain: a response without a body", everyFilter[1],
            upstream: { _ in TestResponse(204, body: nil) }
        ) { result in
            #expect(result.response?.body == nil && result.response?.headers["x-s"] == "204")
        },
    ]
}
