import Testing
import WeirBase
import WeirHTTP

/// One spelling for each path, and none for what servers disagree about.
@Suite struct CanonicalPathTests {
    private func canonical(
        _ raw: ByteString, _ policy: PathPolicy = PathPolicy()
    ) -> Result<ByteString, PathRefusal> {
        var path: ByteString = "left from before"
        if let problem = CanonicalPath.canonicalise(raw.span, policy: policy, into: &path) {
            return .failure(PathRefusal(problem: problem))
        }
        return .success(path)
    }

    struct PathRefusal: Error, Equatable {
        let problem: PathProblem
    }

    private func expect(
        _ raw: ByteString, is path: ByteString, _ policy: PathPolicy = PathPolicy(),
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(canonical(raw, policy) == .success(path), "\(raw)", sourceLocation: location)
    }

    private func expect(
        _ raw: ByteString, refused problem: PathProblem, _ policy: PathPolicy = PathPolicy(),
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            canonical(raw, policy) == .failure(PathRefusal(problem: problem)), "\(raw)",
            sourceLocation: location)
    }

    @Test(
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/b.c/", "/a/b.c/"), ("/.a", "/.a"), ("/..a", "/..a"),
            ("/a..", "/a.."), ("/...", "/..."), ("/a;b=c/d", "/a;b=c/d"), ("/a;", "/a;"),
            ("/.", "/"), ("/./", "/"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/a/..", "/"),
            ("/a/../", "/"), ("/a/b/..", "/a/"), ("/a/b/../c", "/a/c"), ("/a/b/../../c", "/c"),
            ("/a/./../b", "/b"), ("/%2e", "/"), ("/a/%2e%2e/b", "/b"), ("/a/.%2E/b", "/b"),
            ("/a/%2e./b", "/b"), ("/%2e%2e%2e", "/..."), ("/%41%7e%2D%5f%30", "/A~-_0"),
            ("/%2b%3d", "/%2B%3D"), ("/a%20b", "/a%20b"), ("/a%3fb", "/a%3Fb"), ("/%25", "/%25"),
            ("/%252e%252e/a", "/%252e%252e/a"), ("/%252F", "/%252F"), ("//", "/"), ("//a", "/a"),
            ("///a//b///", "/a/b/"), ("/a//../b", "/b"), ("/a/..//b", "/b"), ("/.//a", "/a"),
            ("/a%3b/b", "/a%3B/b"), ("/:@!$&'()*+,=-._~", "/:@!$&'()*+,=-._~"),
            ("/a|b", "/a%7Cb"), ("/[a]", "/%5Ba%5D"), ("/\"<>^`{}", "/%22%3C%3E%5E%60%7B%7D"),
            ("/é", "/%C3%A9"), ("/%c3%a9", "/%C3%A9"), ("/%F0%9F%98%80", "/%F0%9F%98%80"),
            ("/a/b;c/../d", "/a/d"), ("/a;/../b", "/b"), ("/%7Euser", "/~user"),
        ] as [(ByteString, ByteString)])
    func spellings(_ raw: ByteString, _ path: ByteString) {
        expect(raw, is: path)
        // What is canonical stays as it is.
        expect(path, is: path)
    }

    @Test(
        arguments: [
            ("", .notAbsolute), ("a", .notAbsolute), ("%2Fa", .notAbsolute), ("*", .notAbsolute),
            ("/..", .aboveRoot), ("/../a", .aboveRoot), ("/a/../..", .aboveRoot),
            ("/a/../../b", .aboveRoot), ("/%2e%2e/etc", .aboveRoot), ("/./..", .aboveRoot),
            ("//..", .aboveRoot), ("/a//../..", .aboveRoot),
            ("/a/..;x=y/b", .dotSegmentWithParameter), ("/a/..;/b", .dotSegmentWithParameter),
            ("/a/.;/b", .dotSegmentWithParameter), ("/a/..;", .dotSegmentWithParameter),
            ("/a/%2e%2e;x/b", .dotSegmentWithParameter), ("/a/..%3bx/b", .dotSegmentWithParameter),
            ("/a/.%2e%3B/b", .dotSegmentWithParameter),
            ("/a%2f..%2fb", .escapedSlash), ("/a%2Fb", .escapedSlash), ("/%2f", .escapedSlash),
            ("/..%2fa", .escapedSlash), ("/..%252fa", nil),
            ("/a\\b", .backslash), ("/a%5Cb", .backslash), ("/a%5c..%5cb", .backslash),
            ("/..\\a", .backslash), ("/a%00", .escapedNUL), ("/a%00.jpg", .escapedNUL),
            ("/%0a", .escapedControl), ("/%0D%0AX:y", .escapedControl), ("/%7f", .escapedControl),
            ("/%1F", .escapedControl), ("/%09", .escapedControl),
            ("/%", .badEscape), ("/%4", .badEscape), ("/%zz", .badEscape), ("/%4z", .badEscape),
            ("/%%41", .badEscape), ("/% 41", .badEscape), ("/%u002e", .badEscape),
            ("/a%2", .badEscape),
            ("/%-1", .badEscape), ("/%+1", .badEscape),
            ("/#", .fragment), ("/a#b", .fragment), ("/a?b", .badCharacter),
            ("/a b", .badCharacter), ("/a\tb", .badCharacter), ("/a\0", .badCharacter),
            ("/a\u{7F}", .badCharacter),
            ("/%c0%ae%c0%ae/", .invalidUTF8), ("/%c0%af", .invalidUTF8),
            ("/%e0%80%ae", .invalidUTF8),
            ("/%f0%80%80%ae", .invalidUTF8), ("/%ff", .invalidUTF8), ("/%80", .invalidUTF8),
            ("/%c3", .invalidUTF8), ("/%c3/a", .invalidUTF8), ("/%c3a", .invalidUTF8),
            ("/%c3%41", .invalidUTF8), ("/%ed%a0%80", .invalidUTF8),
            ("/%f4%90%80%80", .invalidUTF8),
            ("/%f5%80%80%80", .invalidUTF8), ("/%e2%82", .invalidUTF8),
        ] as [(ByteString, PathProblem?)])
    func refusals(_ raw: ByteString, _ problem: PathProblem?) {
        if let problem {
            expect(raw, refused: problem)
        } else {
            expect(raw, is: raw)
        }
    }

    @Test func bytesThatAreNoUTF8() {
        let raw = ByteString([0x2F, 0xC3, 0x28])
        expect(raw, refused: .invalidUTF8)
        expect(ByteString([0x2F, 0xFF]), refused: .invalidUTF8)
        var policy = PathPolicy()
        policy.invalidUTF8 = .keep
        expect(raw, is: "/%C3(", policy)
        expect("/%ff/%c0%ae", is: "/%FF/%C0%AE", policy)
    }

    @Test func escapedSlashes() {
        var policy = PathPolicy()
        policy.escapedSlashes = .keep
        expect("/a%2fb/%2F", is: "/a%2Fb/%2F", policy)
        for raw: ByteString in [
            "/a%2f..", "/a%2f../b", "/..%2fa", "/a%2f.%2fb", "/.%2f", "/a%2f%2e%2e%2fb",
        ] {
            expect(raw, refused: .ambiguousDotSegment, policy)
        }
        expect("/a%2f..;x", refused: .dotSegmentWithParameter, policy)
        expect("/a%2f...%2f.b", is: "/a%2F...%2F.b", policy)
        policy.escapedSlashes = .decode
        expect("/a%2f..%2fb", is: "/b", policy)
        expect("/%2fa%2F%2f/b", is: "/a/b", policy)
        expect("/..%2fa", refused: .aboveRoot, policy)
    }

    @Test func duplicateSlashes() {
        var policy = PathPolicy()
        policy.duplicateSlashes = .reject
        expect("//a", refused: .duplicateSlash, policy)
        expect("/a//b", refused: .duplicateSlash, policy)
        expect("/a/", is: "/a/", policy)
        policy.duplicateSlashes = .keep
        expect("//a///b/", is: "//a///b/", policy)
        expect("/a//../b", is: "/a/b", policy)
        expect("//..", is: "/", policy)
    }

    @Test func otherChoices() {
        var policy = PathPolicy()
        policy.parameters = .reject
        expect("/a;b", refused: .parameter, policy)
        expect("/a%3bb", refused: .parameter, policy)
        expect("/..;b", refused: .dotSegmentWithParameter, policy)
        policy.backslashes = .keep
        expect("/a\\b%5c", is: "/a%5Cb%5C", policy)
        policy.escapedControls = .keep
        expect("/%0a%7F", is: "/%0A%7F", policy)
        expect("/%00", refused: .escapedNUL, policy)
    }

    /// Whatever the policy, a canonical path is its own spelling and has no dot segments.
    @Test func canonicalPathsAreFixedPoints() {
        var random = SplitMix(seed: 7)
        let parts: [ByteString] = [
            "/", "//", ".", "..", "a", "%2e", "%2F", "%5c", "\\", ";", "%3b", "%41", "%C3%A9", "é",
            "%25", "2e", "|", "%0a", "%zz", "%ff", ":", "~",
        ]
        for _ in 0..<4_000 {
            var policy = PathPolicy()
            policy.escapedSlashes = random.pick(PathPolicy.EscapedSlashes.allCases)
            policy.duplicateSlashes = random.pick(PathPolicy.DuplicateSlashes.allCases)
            policy.parameters = random.pick(PathPolicy.Choice.allCases)
            policy.invalidUTF8 = random.pick(PathPolicy.Choice.allCases)
            policy.backslashes = random.pick(PathPolicy.Choice.allCases)
            policy.escapedControls = random.pick(PathPolicy.Choice.allCases)
            var raw: ByteString = "/"
            for _ in 0..<random.below(8) { raw.append(random.pick(parts)) }
            guard case .success(let path) = canonical(raw, policy) else { continue }
            expect(path, is: path, policy)
            let segments = path.description.split(separator: "/", omittingEmptySubsequences: false)
            #expect(!segments.contains(".") && !segments.contains(".."), "\(raw)")
            #expect(path.storage.first == UInt8(ascii: "/"))
        }
    }
}
