import BodyRedactionFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct BodyRedactionTests {
    private static let configuration: TestConfiguration = [
        "cards": true, "words": ["Ada", "adage", "x1"],
    ]

    private func redacted(_ body: ByteString) throws -> ByteString? {
        try FilterTest(BodyRedaction.self, Self.configuration)
            .everySplit { _ in TestResponse(body: body) }.response?.body
    }

    @Test func cardsAreBlottedOut() throws {
        #expect(try redacted("4111111111111111") == "************1111")
        #expect(
            try redacted("pay 4111 1111-1111 1111, or 378282246310005.")
                == "pay **** ****-**** 1111, or ***********0005.")
    }

    @Test func whatIsNoCardStays() throws {
        for text: ByteString in [
            "4111111111111112", "411111111111", "4111  1111 1111 1111", "4111 1111 1111 ",
            "0000000000000000000000000", "0000000000000000000000000 - 4",
        ] {
            #expect(try redacted(text) == text)
        }
        // Twenty digits and more are something else, however they are cut.
        let long = ByteString("94111111111111111 0000 4111111111111111-")
        #expect(try redacted(long) == long)
    }

    @Test func wordsAreBlottedOut() throws {
        #expect(try redacted("ADA's adages, ad") == "***'s *****s, ad")
        // The word goes first, and what follows it is a number by itself.
        #expect(try redacted("adag, ax14111111111111111") == "***g, a**************1111")
        #expect(try redacted("") == "")
    }

    @Test func encodedBodiesAreSkippedAndCounted() throws {
        let services = TestServices()
        let test = try FilterTest(
            BodyRedaction.self, Self.configuration, services: services)
        let result = try test.exchange(
            TestRequest(headers: ["accept-encoding": "gzip", "range": "bytes=0-1"])
        ) { _ in
            TestResponse(headers: ["content-encoding": "gzip", "etag": "a"], body: "Ada")
        }
        #expect(result.upstreamRequest?.headers == [:])
        #expect(result.response?.body == "Ada")
        #expect(result.response?.headers["etag"] == "a")
        #expect(services.count("weir_body_redaction_skipped_total") == 1)
        #expect(services.lines.contains { $0.contains("content-encoding `gzip`") })
    }

    @Test func aLongBodyIsHeldBackByLittle() throws {
        let body = ByteString(String(repeating: "Ada 4111111111111111 ", count: 5000))
        let test = try FilterTest(BodyRedaction.self, Self.configuration)
        let result = try test.exchange { _ in TestResponse(body: body) }
        #expect(
            result.response?.body
                == ByteString(String(repeating: "*** ************1111 ", count: 5000)))
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(BodyRedaction.self, configuration).configurationError?.path
        }
        #expect(path(["words": ["a", ""]]) == ["words", "1"])
        #expect(path(["cards": false]) == ["words"])
        #expect(path([:]) == nil)
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(BodyRedaction.self, Self.configuration).documentationErrors() == [])
    }
}
