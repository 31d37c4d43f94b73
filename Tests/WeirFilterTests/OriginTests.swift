import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct OriginTests {
    private func matches(_ pattern: String, _ origin: String) throws -> Bool {
        let pattern = try #require(OriginPattern(pattern))
        let bytes = ByteString(origin)
        return pattern.matches(bytes.span)
    }

    @Test func oneOrigin() throws {
        let pattern = "https://App.example.com"
        #expect(try matches(pattern, "https://app.example.com"))
        #expect(try matches(pattern, "HTTPS://APP.example.com:443"))
        for other in [
            "http://app.example.com", "https://app.example.com:8443", "https://app.example.com/",
            "https://app.example.com.evil.example", "https://evil-app.example.com", "null", "",
            "https://app.example.com:", "https://app.example.com:0443x",
            "https://a@app.example.com",
            "app.example.com", "https:/app.example.com", "https://", "https://:443", "://app",
            "https://app.example.com https://app.example.com", "https://app.example.com:99999",
            "https://app.example.com#", "https://app.example.com?", "https://app.example.com\\",
        ] {
            #expect(try !matches(pattern, other), "\(other)")
        }
        #expect(try matches("http://localhost:8080", "http://localhost:8080"))
        #expect(try !matches("http://localhost:8080", "http://localhost"))
        #expect(try matches("http://localhost:80", "http://localhost"))
        #expect(try matches("http://[::1]:81", "http://[::1]:81"))
        #expect(try matches("chrome-extension://abc", "chrome-extension://abc"))
        #expect(try !matches("chrome-extension://abc", "chrome-extension://abc:80"))
    }

    @Test func namesBelowAName() throws {
        let pattern = "https://*.example.com:8443"
        #expect(try matches(pattern, "https://a.example.com:8443"))
        #expect(try matches(pattern, "https://a.b.EXAMPLE.com:8443"))
        for other in [
            "https://example.com:8443", "https://.example.com:8443", "https://a.example.com",
            "https://aexample.com:8443", "http://a.example.com:8443",
            "https://evil.example/.example.com:8443", "https://evil.example\\.example.com:8443",
        ] {
            #expect(try !matches(pattern, other), "\(other)")
        }
    }

    @Test func whatIsNoOriginIsAnError() {
        for text in [
            "*", "null", "", "example.com", "https://", "https://*", "https://a.*.example.com",
            "https://a*.example.com", "https://*.*.example.com", "https://a/", "https://a/b",
            "https://a:x", "https://a:65536", "*://a", "https://a b", "https://*.", "https://[::1",
        ] {
            let error = #expect(throws: ConfigurationError.self) {
                try TestFilter.decode(OriginPattern.self, from: .text(text))
            }
            #expect(error?.message.hasSuffix("found `\(text)`") == true)
        }
    }

    @Test func aRequestsOwnOrigin() {
        func isOwn(_ origin: String, _ authority: ByteString, _ scheme: Scheme = .https) -> Bool {
            let request = RequestHead()
            request.scheme = scheme
            request.authority = authority
            let bytes = ByteString(origin)
            return request.isFromSameOrigin(bytes.span)
        }
        #expect(isOwn("https://a.example", "a.example"))
        #expect(isOwn("https://a.example", "a.example:443"))
        #expect(isOwn("https://A.example:443", "a.example"))
        #expect(isOwn("http://a.example:8080", "a.example:8080", .http))
        #expect(isOwn("http://[::1]", "[::1]", .http))
        #expect(!isOwn("https://a.example", "a.example:8443"))
        #expect(!isOwn("https://a.example:8443", "a.example"))
        #expect(!isOwn("http://a.example", "a.example"))
        #expect(!isOwn("https://b.a.example", "a.example"))
        #expect(!isOwn("https://a.example", ""))
        #expect(!isOwn("null", "null"))
        #expect(!isOwn("", ""))
    }
}
