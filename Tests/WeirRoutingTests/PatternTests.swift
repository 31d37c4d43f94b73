import Testing
import WeirBase

@testable import WeirRouting

@Suite struct PatternTests {
    @Test(arguments: [
        ("a+", "aaa", true),
        ("a+", "aab", false),
        ("a", "ba", false),
        ("a|b", "b", true),
        ("a|ab", "ab", true),
        ("", "", true),
        ("a*", "", true),
        ("a.c", "a\nc", true),
        ("(?i)hello", "HeLLo", true),
        (#"\d{3}"#, "123", true),
        ("caf\u{e9}.*", "caf\u{e9}!", true),
    ])
    func matchesAllOfTheText(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try Pattern(pattern).fullMatch(ByteString(text).span) == expected)
    }

    @Test func bytesThatAreNoTextDoNotSlipThrough() throws {
        let bytes: [UInt8] = [0xFF, 0x61, 0x00, 0xC3]
        #expect(try Pattern(".*a.*").fullMatch(bytes.span))
    }

    @Test func reportsNamedGroupsInOrder() throws {
        let pattern = try Pattern("/(?P<user>[a-z]+)(/\\d+)?(?:/(?P<kind>k))?/(?P<rest>.*)")
        #expect(pattern.groupNames == ["user", "kind", "rest"])
        var groups = [1..<2]
        #expect(pattern.fullMatch(ByteString("/ann/12/k/x").span, groups: &groups))
        #expect(groups == [1..<4, 8..<9, 10..<11])
        #expect(pattern.fullMatch(ByteString("/ann/").span, groups: &groups))
        #expect(groups == [1..<4, 0..<0, 5..<5])
        #expect(!pattern.fullMatch(ByteString("nothing").span, groups: &groups))
        #expect(groups.count == 3)
    }

    @Test func hintsAtTheLibrarysFormOfNamedGroups() {
        // Newer releases of RE2 know this form too.
        let reason = Pattern.check("/(?<name>a)")
        #expect(reason?.hasSuffix("write a named group as (?P<name>…)") ?? true)
    }

    @Test(arguments: [
        ("(", "missing )"),
        ("[a", "missing ]"),
        ("a**", "bad repetition operator"),
        (#"\8"#, "invalid escape sequence"),
        (#"(a)\1"#, "invalid escape sequence"),
        ("(?=a)", "invalid perl operator"),
        ("(?P<a>x)(?P<a>y)", "two groups are named a"),
        ("((a{100}){100}){100}", "invalid repetition size"),
        (#"(?:\w+\W){1000}(?:\w+\W){1000}(?:\w+\W){1000}"#, "too large"),
    ])
    func saysWhatIsWrong(_ text: String, _ expected: String) throws {
        let reason = try #require(Pattern.check(text))
        #expect(reason.contains(expected), "\(reason)")
    }

    @Test func boundsWhatItCompiles() throws {
        let long = try #require(Pattern.check(String(repeating: "a", count: 5000)))
        #expect(long == "longer than 4096 bytes")
        let groups = try #require(Pattern.check(String(repeating: "(a)", count: 17)))
        #expect(groups.hasPrefix("17 groups, of which 16 are allowed"))
        #expect(Pattern.check(String(repeating: "(a)", count: 16)) == nil)
    }

    @Test func takesLinearTimeForPatternsThatBacktrackersChokeOn() throws {
        for text in ["(a+)+b", "(a|aa)*c", "(.*)(.*)(.*)(.*)(.*)x", "(?P<all>(a*)*)*d"] {
            let pattern = try Pattern(text)
            func time(_ count: Int) -> Duration {
                let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                var groups: [Range<Int>] = []
                return (0..<3).map { _ in
                    ContinuousClock().measure {
                        #expect(!pattern.fullMatch(bytes.span, groups: &groups))
                    }
                }.min() ?? .zero
            }
            _ = time(1000)
            // 64 times the text; quadratic would be 4096 times the time.
            #expect(time(64_000) < max(time(1000), .microseconds(20)) * 640, "\(text)")
        }
    }

    @Test(arguments: [
        ("/a/b", "/a/b"),
        ("/a/.*", "/a/"),
        ("^/a/[0-9]+", "/a/"),
        ("/ab?", "/a"),
        ("/ab{0,2}", "/a"),
        (#"/a\.b\d"#, "/a.b"),
        (#"/a\Qb+c\E"#, "/a"),
        ("/a/(b|c)/d", "/a/"),
        ("/a/b|/c", "/"),
        ("/a/b|x", ""),
        ("(?i)/a", ""),
        (".*/a", ""),
        ("/users/(me|you)", "/users/"),
    ])
    func knowsWhatMatchesBeginWith(_ text: String, _ start: String) throws {
        let known = ByteString(try Pattern(text).commonStart).description
        #expect(start == known || known.isEmpty && text.contains("|"))
        #expect(start.hasPrefix(known))
    }
}
