import Testing

@Suite struct Base64URLTests {
    private func decode(_ text: String) -> [UInt8]? { fromBase64URL(text) }

    /// RFC 4648, section 10, without padding, and RFC 7515, appendix C.
    @Test(arguments: [
        ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"),
        ("Zm9vYmE", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
    func decodesPlainText(_ text: String, _ plain: String) {
        #expect(decode(text) == Array(plain.utf8))
    }

    @Test func decodesTheAlphabetOfURLs() {
        #expect(decode("A-z_4ME") == [3, 236, 255, 224, 193])
    }

    @Test(arguments: [
        "A", "AAAAA", "Zg==", "Zg=", "Zm8=", "Z g", "Zg\n", "A+z/", "Zh", "Zm9", "Zm8\u{e9}",
        "Z\0==",
    ])
    func refusesEveryOtherSpelling(_ text: String) { #expect(decode(text) == nil) }
}
