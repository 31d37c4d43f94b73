import AbSplitFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct AbSplitTests {
    private static let everything: TestConfiguration = [
        "variants": [["name": "old", "weight": 3], ["name": "new", "weight": 1]],
        "cookie": "ab", "header": "x-ab", "keep": "1d",
    ]

    @Test func aKnownUserKeepsTheVariant() throws {
        let test = try FilterTest(AbSplit.self, Self.everything)
        let result = try test.everySplit(
            TestRequest("POST", headers: ["cookie": "a=b; ab=new", "X-AB": "mine"], body: "abc"))
        #expect(result.upstreamRequest?.headers.values("x-ab") == ["new"])
        #expect(result.response?.headers["set-cookie"] == nil)
    }

    @Test func aNewUserGetsACookie() throws {
        let test = try FilterTest(AbSplit.self, Self.everything)
        for cookie in ["ab=unknown", "ab=", "other=old"] {
            let result = try test.everySplit(TestRequest(headers: ["cookie": cookie])) { _ in
                TestResponse(headers: ["set-cookie": "session=1"])
            }
            let variant = try #require(result.upstreamRequest?.headers["x-ab"])
            #expect(
                result.response?.headers.values("set-cookie") == [
                    "session=1", "ab=\(variant); Path=/; Max-Age=86400; HttpOnly; SameSite=Lax",
                ])
        }
    }

    @Test func weightsAreKept() throws {
        let test = try FilterTest(AbSplit.self, Self.everything)
        var new = 0
        for _ in 0..<1000 {
            if try test.exchange().upstreamRequest?.headers["x-ab"] == "new" { new += 1 }
        }
        #expect((200...300).contains(new), "\(new) of 1000")
    }

    @Test func laterFiltersKnowTheVariant() throws {
        let test = try FilterTest([
            TestFilter(AbSplit.self, ["variants": [["name": "only"]]]),
            TestFilter("reader", [.requestHeaders]) { Reader() },
        ])
        let result = try test.exchange()
        #expect(result.upstreamRequest?.headers["x-read"] == "only")
        #expect(result.upstreamRequest?.headers["x-variant"] == "only")
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(AbSplit.self, configuration).configurationError?.path
        }
        #expect(path(["variants": []]) == ["variants"])
        #expect(path(["variants": [["name": "a", "weight": 0]]]) == ["variants"])
        #expect(path(["variants": [["name": "a;b"]]]) == ["variants", "0", "name"])
        #expect(
            path(["variants": [["name": "a", "weight": -1]]]) == ["variants", "0", "weight"])
        #expect(path(["variants": [["name": "a"]], "cookie": "a=b"]) == ["cookie"])
        #expect(path(["variants": [["name": "a"]], "header": "host"]) == ["header"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(try TestFilter(AbSplit.self, Self.everything).documentationErrors() == [])
    }
}

private final class Reader: HTTPFilter {
    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        request.headers.set("x-read", stream.values[AbSplit.variant]?.description ?? "none")
        return .continue
    }
}
