import HeaderRewriteFilter
import Testing
import WeirFilter
import WeirTesting

@Suite struct HeaderRewriteTests {
    private static let rules: TestConfiguration = [
        "request": [["field": "Referer", "replace": "shop.example", "with": "shop.internal"]],
        "response": [
            [
                "field": "location", "replace": "http://shop.internal:8080",
                "with": "https://shop.example",
            ],
            ["field": "x-powered-by", "with": ""],
        ],
    ]

    @Test func bothHeadsAreRewritten() throws {
        let test = try FilterTest(HeaderRewrite.self, Self.rules)
        let result = try test.everySplit(
            TestRequest(
                "POST", headers: ["referer": "//shop.example/?at=shop.example", "x-a": "b"],
                body: "abc")
        ) { _ in
            TestResponse(
                302,
                headers: [
                    "location": "http://shop.internal:8080/cart", "x-powered-by": "one",
                    "x-powered-by": "two",
                ])
        }
        #expect(
            result.upstreamRequest?.headers["referer"] == "//shop.internal/?at=shop.internal")
        #expect(result.upstreamRequest?.headers["x-a"] == "b")
        #expect(result.response?.headers["location"] == "https://shop.example/cart")
        #expect(result.response?.headers["x-powered-by"] == nil)
    }

    @Test func everyLineOfANameIsRewritten() throws {
        let test = try FilterTest(
            HeaderRewrite.self,
            ["request": [["field": "x-a", "replace": "1", "with": "2"]]])
        let headers: TestFields = ["x-a": "11", "x-a": "3", "x-a": "a1"]
        let result = try test.everySplit(TestRequest(headers: headers))
        #expect(result.upstreamRequest?.headers.values("x-a") == ["22", "3", "a2"])
        #expect(result.phases(of: "header-rewrite") == [.requestHeaders])
    }

    @Test func mistakesAreNamed() {
        func path(_ rule: TestConfiguration) -> [String]? {
            TestFilter(HeaderRewrite.self, ["request": [rule]]).configurationError?.path
        }
        #expect(path(["field": "a b", "with": "c"]) == ["request", "0", "field"])
        #expect(path(["field": "content-length", "with": "9"]) == ["request", "0", "field"])
        #expect(path(["field": "a", "replace": "", "with": "9"]) == ["request", "0", "replace"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(HeaderRewrite.self, Self.rules).documentationErrors() == [])
    }
}
