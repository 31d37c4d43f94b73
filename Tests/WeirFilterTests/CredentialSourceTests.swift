import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct CredentialSourceTests {
    private func request(
        query: String? = nil, headers: TestFields = [:]
    ) -> RequestHead {
        let request = RequestHead()
        request.query = query.map { ByteString($0) }
        request.headers = headers.headerMap
        return request
    }

    private func source(_ text: String) throws -> CredentialSource {
        try TestFilter.decode(CredentialSource.self, from: .text(text))
    }

    private func all(_ source: CredentialSource, _ request: RequestHead) -> [String] {
        var values: [String] = []
        source.forEach(in: request) { values.append($0.string) }
        return values
    }

    @Test func readsThreeForms() throws {
        #expect(try source("header:X-Api-Key") == CredentialSource("header:X-Api-Key"))
        #expect(try source("query:key").description == "query:key")
        #expect(try source("cookie:sid").description == "cookie:sid")
        for text in [
            "x-api-key", "header:", "header:a b", "query:", "cookie:", "cookie:a=b", "form:a", "",
            "header:host", "header:content-length", "HEADER:a",
        ] {
            let error = #expect(throws: ConfigurationError.self) { try source(text) }
            #expect(
                error?.message
                    == "expected header:NAME, query:NAME or cookie:NAME, found `\(text)`")
        }
    }

    @Test func findsAndRemovesHeaders() throws {
        let place = try source("header:x-api-key")
        let request = request(headers: [
            "a": "1", "X-Api-Key": "one", "b": "2", "x-api-key": "two", "x-api-key2": "3",
        ])
        #expect(place.find(in: request) == "one")
        #expect(all(place, request) == ["one", "two"])
        place.remove(from: request)
        #expect(place.find(in: request) == nil)
        #expect(TestFields(request.headers) == ["a": "1", "b": "2", "x-api-key2": "3"])
    }

    @Test(
        arguments: [
            ("key=v", "v", nil), ("key=v&a=1", "v", "a=1"), ("a=1&key=v", "v", "a=1"),
            ("a=%20&key=a%2Bb+c&b=+&&c", "a+b c", "a=%20&b=+&&c"),
            ("k%65y=v&a", "v", "a"), ("key", "", nil), ("&key=v", "v", nil),
            ("keys=1&Key=2&xkey=3", nil, "keys=1&Key=2&xkey=3"), ("a=key", nil, "a=key"),
            ("", nil, ""),
            (nil, nil, nil),
        ] as [(String?, String?, String?)])
    func findsAndRemovesParameters(query: String?, value: String?, rest: String?) throws {
        let place = try source("query:key")
        let request = request(query: query)
        #expect(place.find(in: request)?.description == value)
        place.remove(from: request)
        #expect(request.query?.description == rest)
        #expect(place.find(in: request) == nil)
    }

    @Test(
        arguments: [
            ("sid=v", "v", nil), ("sid=v; a=1", "v", "a=1"), ("a=1; sid=\"v\"", "v", "a=1"),
            ("a=1;b=2 ;  sid=v;c=\"x y\"", "v", "a=1;b=2 ;c=\"x y\""),
            ("a=1; sid = v ; b", "v", "a=1; b"),
            ("sid=", "", nil), ("sids=1; Sid=2", nil, "sids=1; Sid=2"), ("sid", nil, "sid"),
        ] as [(String, String?, String?)])
    func findsAndRemovesCookies(line: String, value: String?, rest: String?) throws {
        let place = try source("cookie:sid")
        let request = request(headers: ["a": "1", "Cookie": line, "b": "2"])
        #expect(place.find(in: request)?.description == value)
        place.remove(from: request)
        #expect(TestFields(request.headers)["cookie"] == rest)
        #expect(TestFields(request.headers).values("a") == ["1"])
        #expect(TestFields(request.headers).values("b") == ["2"])
        #expect(place.find(in: request) == nil)
    }

    @Test func seesAllOfThem() throws {
        let request = request(
            query: "key=1&a=0&key=2&key",
            headers: ["cookie": "key=1; a=0; key=2", "x": "y", "Cookie": "key=3", "cookie": "b=0"])
        let query = try source("query:key")
        let cookie = try source("cookie:key")
        #expect(all(query, request) == ["1", "2", ""])
        #expect(all(cookie, request) == ["1", "2", "3"])
        query.remove(from: request)
        cookie.remove(from: request)
        #expect(request.query == "a=0")
        #expect(TestFields(request.headers).values("cookie") == ["a=0", "b=0"])
        #expect(request.headers.count == 3)
    }
}
