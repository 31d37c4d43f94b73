import Testing
import WeirBase
import WeirFilter

@Suite struct PathGlobTests {
    private func paths(_ pattern: String, _ paths: [String]) throws -> [String] {
        let glob = try PathGlob(pattern)
        return paths.filter { path in
            let bytes = ByteString(path)
            return glob.matches(bytes.span)
        }
    }

    @Test func exactPaths() throws {
        #expect(try paths("/a/b", ["/a/b", "/a/b/", "/a/bc", "/a", "/A/b", "*"]) == ["/a/b"])
        #expect(try paths("/", ["/", "/a", "*"]) == ["/"])
        #expect(try paths("/a/", ["/a", "/a/", "/a/b"]) == ["/a/"])
    }

    @Test func aStarIsOneSegment() throws {
        #expect(
            try paths("/u/*/k", ["/u/1/k", "/u/abc/k", "/u//k", "/u/1/2/k", "/u/1", "/u/1/k/"])
                == ["/u/1/k", "/u/abc/k"])
        #expect(try paths("/a/*", ["/a/b", "/a", "/a/", "/a/b/c"]) == ["/a/b"])
        #expect(try paths("/*", ["/a", "/", "/a/"]) == ["/a"])
    }

    @Test func twoStarsAreAllBelow() throws {
        let all = ["/a", "/a/", "/a/b", "/a/b/c", "/ab", "/", "*"]
        #expect(try paths("/a/**", all) == ["/a", "/a/", "/a/b", "/a/b/c"])
        #expect(try paths("/**", all) == all)
        #expect(try paths("/*/b/**", all) == ["/a/b", "/a/b/c"])
    }

    @Test func escapesAreTheBytesThatTheyStandFor() throws {
        let both = ["/a@b/x", "/a%40b/x"]
        #expect(try paths("/a@b/**", both + ["/a%41b/x", "/a%4", "/a%"]) == both)
        #expect(try paths("/a%40b/*", both) == both)
        #expect(try paths("/caf\u{e9}", ["/caf%C3%A9", "/caf%C3"]) == ["/caf%C3%A9"])
        #expect(try paths("/100%25", ["/100%25", "/100%"]) == ["/100%25"])
        // An escaped slash ends no segment.
        #expect(try paths("/a/b", ["/a%2Fb"]) == [])
        #expect(try paths("/*", ["/a%2Fb"]) == ["/a%2Fb"])
    }

    @Test(arguments: [
        "", "a", "*", "//", "/a//b", "/a//**", "/a/./b", "/..", "/%2e%2E/a", "/a*", "/a/**/b",
        "/a?b", "/a#b", "/a\\b", "/a%2Fb", "/a%2", "/a%zz", "/a%00",
    ])
    func whatNoCanonicalPathHoldsIsAnError(_ pattern: String) {
        #expect(throws: ConfigurationError.self) { try PathGlob(pattern) }
    }
}
