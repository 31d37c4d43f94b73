import Testing
import WeirBase
import WeirFilter

/// What is shown of messages, and what is not.
@Suite struct RedactionTests {
    private let redaction = Redaction(names: ["X-Account"])

    @Test(arguments: [
        "authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "x-api-key", "x-account",
        "X-Auth-Token", "x-amz-security-token", "client-secret", "x-password", "session-id",
        "x-hub-signature-256", "idempotency-key", "x-goog-credential",
    ])
    func fieldsThatSpeakOfSecrets(_ name: String) {
        #expect(redaction.hides(name))
        #expect(redaction.text(of: "abc", under: name) == "(redacted, 3 bytes)")
    }

    @Test(arguments: ["host", "accept", "x-team", "content-type", "etag", "x-accounts", "code"])
    func fieldsThatDoNot(_ name: String) {
        #expect(!redaction.hides(name))
        #expect(redaction.text(of: "abc", under: name) == "abc")
    }

    @Test(arguments: [
        ("/a?b=c&access_token=xyz&d=e", "/a?b=c&access_token=(redacted, 3 bytes)&d=e"),
        ("/a?TOKEN=x", "/a?TOKEN=(redacted, 1 bytes)"),
        ("/a?%74oken=xy", "/a?%74oken=(redacted, 2 bytes)"),
        ("/a?token=x;y,z", "/a?token=(redacted, 5 bytes)"),
        ("/a?b=1;token=xyz", "/a?b=1;token=(redacted, 3 bytes)"),
        ("/a?token=x=y", "/a?token=(redacted, 3 bytes)"),
        ("/a?token=", "/a?token=(redacted, 0 bytes)"),
        ("/a?x-account=7&y", "/a?x-account=(redacted, 1 bytes)&y"),
        ("/cb?code=abc&state=s", "/cb?code=(redacted, 3 bytes)&state=s"),
        (
            "https://a.example/b#id_token=abc&x=y",
            "https://a.example/b#id_token=(redacted, 3 bytes)&x=y"
        ),
        ("</a?sig=abc>; rel=next", "</a?sig=(redacted, 3 bytes)>; rel=next"),
        ("max-age=3, private", "max-age=3, private"),
        ("a=b", "a=b"), ("=", "="), ("", ""),
    ])
    func parameters(_ text: ByteString, _ shown: String) {
        #expect(redaction.text(text) == shown)
    }

    @Test func longTextIsCutBetweenCharacters() {
        let long = ByteString(String(repeating: "ä", count: 200))
        #expect(redaction.text(long) == String(repeating: "ä", count: 128) + "… (400 bytes)")
        let odd = ByteString("x" + String(repeating: "ä", count: 200))
        #expect(redaction.text(odd) == "x" + String(repeating: "ä", count: 127) + "… (401 bytes)")
        let broken = ByteString([UInt8](repeating: 0xBF, count: 300))
        #expect(redaction.text(broken) == "… (300 bytes)")
    }

    /// A secret that lies across the cut is replaced before anything is cut.
    @Test func secretsAreHiddenBeforeTextIsCut() {
        let text = ByteString("/" + String(repeating: "a", count: 250) + "?token=secret")
        #expect(!redaction.text(text).contains("sec"))
    }
}
