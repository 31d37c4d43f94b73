import BasicAuthFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct PasswordFileTests {
    private let file = PasswordFile()

    private func problem(_ text: String) throws -> String? {
        try file.write(text)
        do {
            _ = try FilterTest(BasicAuth.self, ["file": .text(file.path)])
            return nil
        } catch let error as ConfigurationError {
            #expect(error.path == ["file"])
            #expect(error.message.hasPrefix("\(file.path): line "))
            return error.message
        }
    }

    @Test func weakHashesAreRefused() throws {
        defer { file.remove() }
        for (line, kind) in [
            (try PasswordFile.htpasswd("alice", "a", "-nbm"), "an MD5 hash"),
            (try PasswordFile.openssl("alice", "a", "-1"), "an MD5 hash"),
            (try PasswordFile.htpasswd("alice", "a", "-nbs"), "a SHA-1 hash"),
            (try PasswordFile.htpasswd("alice", "a", "-nbd"), "a crypt hash or a plain password"),
            (try PasswordFile.htpasswd("alice", "my-secret", "-nbp"), "neither bcrypt nor SHA"),
            ("alice:$y$j9T$abc$def", "neither bcrypt nor SHA"), ("alice:", "neither bcrypt nor"),
            ("alice:$2x$05$" + String(repeating: "a", count: 53), "neither bcrypt nor SHA"),
        ] {
            let problem = try problem("# users\n\(line)\n")
            #expect(
                problem?.contains("line 2: the password of `alice` is \(kind)") == true, "\(line)")
            #expect(problem?.hasSuffix("`htpasswd -B` or `openssl passwd -6`") == true)
            #expect(problem?.contains("my-secret") == false)
        }
    }

    @Test func costsAreBounded() throws {
        defer { file.remove() }
        let bcrypt = String(repeating: "a", count: 53)
        let sha = String(repeating: "a", count: 86)
        #expect(try problem("a:$2y$14$\(bcrypt)") == nil)
        #expect(try problem("a:$2y$15$\(bcrypt)")?.contains("cost of 15 takes too long") == true)
        #expect(try problem("a:$2y$03$\(bcrypt)")?.contains("expected a bcrypt hash") == true)
        #expect(try problem("a:$2y$5$\(bcrypt)")?.contains("expected a bcrypt hash") == true)
        #expect(try problem("a:$2y$05$\(bcrypt)a")?.contains("expected a bcrypt hash") == true)
        #expect(try problem("a:$2y$05$\(bcrypt.dropLast())!")?.contains("expected a bc") == true)
        #expect(try problem("a:$6$rounds=500000$s$\(sha)") == nil)
        #expect(try problem("a:$6$rounds=500001$s$\(sha)")?.contains("take too long") == true)
        #expect(try problem("a:$6$rounds=999$s$\(sha)")?.contains("at least 1000") == true)
        #expect(try problem("a:$6$rounds=x$s$\(sha)")?.contains("at least 1000") == true)
        #expect(try problem("a:$6$$\(sha)")?.contains("expected a SHA-crypt hash") == true)
        #expect(try problem("a:$6$s$\(sha)a")?.contains("expected a SHA-crypt hash") == true)
        #expect(try problem("a:$5$s$\(sha)")?.contains("expected a SHA-crypt hash") == true)
        #expect(try problem("a:$5$s$\(sha.prefix(43))") == nil)
        #expect(
            try problem("a:$5$aaaaaaaaaaaaaaaaa$\(sha.prefix(43))")?.contains("SHA-crypt") == true)
    }

    @Test func linesAreChecked() throws {
        defer { file.remove() }
        let good = "alice:$6$s$" + String(repeating: "a", count: 86)
        #expect(try problem("\(good)\n\n \t\n# alice\n") == nil)
        #expect(try problem("alice")?.contains("line 1: expected NAME:HASH") == true)
        #expect(try problem(":$6$")?.contains("line 1: expected NAME:HASH") == true)
        #expect(try problem("a\u{1}b:$6$")?.contains("line 1: expected NAME:HASH") == true)
        #expect(try problem("\(good)\n\(good)")?.contains("line 2: `alice` stands there") == true)
    }

    @Test func configurationIsChecked() throws {
        func error(_ settings: [(key: String, value: TestConfiguration)]) -> ConfigurationError? {
            TestFilter(BasicAuth.self, .mapping([("file", "users")] + settings))
                .configurationError
        }
        let none = TestFilter(BasicAuth.self, [:]).configurationError
        #expect(none?.message.contains("file") == true)
        #expect(error([]) == nil)
        #expect(error([("realm", "a\"b")])?.path == ["realm"])
        #expect(error([("realm", "")])?.path == ["realm"])
        #expect(error([("client-header", "authorization")])?.path == ["clientHeader"])
        #expect(error([("client-header", "host")])?.path == ["clientHeader"])
        #expect(error([("cache", ["size": 3])])?.path == ["cache", "size"])
        #expect(error([("cache", ["size": -2])])?.path == ["cache", "size"])
        #expect(error([("cache", ["ttl": "0s"])])?.path == ["cache", "ttl"])
        #expect(error([("cache", ["ttl": "25h"])])?.path == ["cache", "ttl"])
        #expect(error([("max-checks", 0)])?.path == ["maxChecks"])
        #expect(error([("max-checks-per-client", 10_001)])?.path == ["maxChecksPerClient"])
        #expect(error([("users", [])])?.path == ["users"])
        let missing = #expect(throws: ConfigurationError.self) {
            try FilterTest(BasicAuth.self, ["file": .text(file.path)])
        }
        #expect(missing?.description == "file: \(file.path): no such file")
    }

    @Test func documentationFitsTheConfiguration() throws {
        let filter = TestFilter(BasicAuth.self, ["file": "users", "cache": ["size": 0]])
        #expect(try filter.documentationErrors() == [])
    }
}
