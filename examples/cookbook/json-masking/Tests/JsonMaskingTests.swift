import JsonMaskingFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct JsonMaskingTests {
    private static let configuration: TestConfiguration = [
        "fields": ["password", "card"], "mask": "(hidden)", "limit": "1KiB",
    ]
    private static let json: TestFields = ["content-type": "Application/JSON; charset=utf-8"]

    private func exchange(
        _ body: ByteString?, _ headers: TestFields = JsonMaskingTests.json
    ) throws -> TestResult {
        try FilterTest(JsonMasking.self, Self.configuration)
            .everySplit { _ in TestResponse(headers: headers, body: body) }
    }

    @Test func valuesOfEveryKindAreMasked() throws {
        let masked: [(ByteString, ByteString)] = [
            (#"{"password":"a\"b}","id":1}"#, #"{"password":"(hidden)","id":1}"#),
            (#"{"card": {"n": [1, "}"]} , "x":[]}"#, #"{"card": "(hidden)" , "x":[]}"#),
            (
                #"[{"a":{"card":12}},{"card":null }]"#,
                ##"[{"a":{"card":"(hidden)"}},{"card":"(hidden)" }]"##
            ),
            (#"{"pass\u0077ord":true}"#, #"{"pass\u0077ord":"(hidden)"}"#),
            (#"{"card":1,"card":2}"#, #"{"card":"(hidden)","card":"(hidden)"}"#),
        ]
        for (body, expected) in masked {
            #expect(try exchange(body).response?.body == expected)
        }
    }

    @Test func otherThingsStayAsTheyAre() throws {
        for body: ByteString in [
            #"{"a":"password","b":["card"], "Card" : 1}"#, #""card""#, "12 ", "",
        ] {
            #expect(try exchange(body).response?.body == body)
        }
        #expect(try exchange(nil).response?.body == nil)
        let html = try exchange(#"{"card":1"#, ["content-type": "text/html"])
        #expect(html.response?.body == #"{"card":1"#)
        let none = try exchange(#"{"card":1"#, [:])
        #expect(none.response?.body == #"{"card":1"#)
    }

    @Test func otherTypesOfJSONAreMasked() throws {
        let problem = try exchange(#"{"card":1}"#, ["content-type": "application/problem+json"])
        #expect(problem.response?.body == #"{"card":"(hidden)"}"#)
    }

    @Test func whatCannotBeReadDoesNotGetThrough() throws {
        for body: ByteString in [#"{"card":1"#, #"{"card":1}}"#] {
            let result = try exchange(body)
            #expect(result.response?.status == 502)
            #expect(result.cause == "json_masking_unreadable")
        }
        var encoded = Self.json
        encoded.lines.append(TestFields.Line("content-encoding", "br"))
        #expect(try exchange(#"{"card":1}"#, encoded).response?.status == 502)
        let long = ByteString("\"" + String(repeating: "a", count: 1023) + "\"")
        #expect(try exchange(long).response?.status == 502)
    }

    @Test func mistakesAreNamed() {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(JsonMasking.self, configuration).configurationError?.path
        }
        #expect(path(["fields": []]) == ["fields"])
        #expect(path(["fields": ["a"], "mask": "\""]) == ["mask"])
        #expect(path(["fields": ["a"], "limit": 0]) == ["limit"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(JsonMasking.self, Self.configuration).documentationErrors() == [])
    }
}
