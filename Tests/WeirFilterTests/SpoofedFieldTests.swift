import Testing
import WeirBase
import WeirFilter

/// Names that upstreams take for one another.
@Suite struct SpoofedFieldTests {
    @Test func everySpellingGoes() {
        var headers = HeaderMap()
        for name: HeaderName in [
            "X-User", "x_user", "x-a", "X_user", "x-use", "xxuser", "x-user-", "x_a-b", "x-a_b",
            "authorization",
        ] {
            headers.append(name, "1")
        }
        headers.removeSpoofed(["x-user", "x_a_b", HeaderName(.authorization)])
        let left = (0..<headers.count).map { headers.name(at: $0).string }
        #expect(left == ["x-a", "x-use", "xxuser", "x-user-"])
        headers.removeSpoofed([])
        #expect(headers.count == 4)
    }

    @Test func caseDoesNotCount() {
        let name: HeaderName = "x-forwarded-uri"
        for spelling: ByteString in ["X_Forwarded_Uri", "x-forwarded_URI", "x-forwarded-uri"] {
            let isSpelling = name.isSpelling(spelling.span)
            #expect(isSpelling, "\(spelling)")
        }
        for other: ByteString in ["x-forwarded-url", "x.forwarded-uri", "x-forwarded-ur", ""] {
            let isSpelling = name.isSpelling(other.span)
            #expect(!isSpelling, "\(other)")
        }
    }
}
