import Testing

@testable import TlsFilter

@Suite struct NameTests {
    @Test(arguments: [
        ("Example.COM", "example.com"), ("a.example.", "a.example"), ("x_y-1", "x_y-1"),
        ("", nil), (".", nil), ("a..b", nil), (".a", nil), ("a b", nil), ("a\0b", nil),
        ("ä.example", nil), ("a/b", nil), ("a:443", nil),
        (String(repeating: "a", count: 64), nil),
        (Array(repeating: "abcdefg", count: 32).joined(separator: "."), nil),
    ])
    func cleansNames(_ text: String, _ clean: String?) {
        #expect(ServerName.clean(text) == clean)
    }

    @Test func findsExactNamesBeforeWildcards() {
        var names = ServerNames<Int>()
        names["a.example"] = 1
        names["*.example"] = 2
        names["*.b.example"] = 3
        #expect(names.match("a.example")?.value == 1)
        #expect(names.match("z.example")?.value == 2)
        #expect(names.match("z.example")?.name == "z.example")
        #expect(names.match("x.b.example")?.value == 3)
        #expect(names.match("x.y.example") == nil)
        #expect(names.match("example") == nil)
        #expect(names["*.example"] == 2)
        #expect(names["a.example"] == 1)
    }

    @Test func choosesOurFirstProtocol() {
        let offered = ProtocolList.encode(["http/1.1", "h2"])
        #expect(offered == [8] + Array("http/1.1".utf8) + [2] + Array("h2".utf8))
        #expect(ProtocolList.choose(offered, from: ["h2", "http/1.1"]) == 10..<12)
        #expect(ProtocolList.choose(offered, from: ["http/1.1"]) == 1..<9)
        #expect(ProtocolList.choose(offered, from: ["h3"]) == nil)
        // A length beyond the end.
        #expect(ProtocolList.choose([9, 104, 50], from: ["h2"]) == nil)
    }

    @Test func listsWhatAFileHolds() {
        let text = "x\n-----BEGIN EC PARAMETERS-----\nA\n-----BEGIN PRIVATE KEY-----\r\nB\n"
        #expect(PEM.labels(Array(text.utf8)) == ["EC PARAMETERS", "PRIVATE KEY"])
        #expect(PEM.found([]) == "the file is empty")
    }
}
