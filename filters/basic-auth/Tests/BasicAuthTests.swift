import BasicAuthFilter
import Foundation
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct BasicAuthTests {
    private let file = PasswordFile()

    private func test(
        _ settings: [(key: String, value: TestConfiguration)] = [],
        services: TestServices = TestServices()
    ) throws -> FilterTest {
        try FilterTest(
            BasicAuth.self, .mapping([("file", .text(file.path))] + settings), services: services)
    }

    private func ask(
        _ test: FilterTest, _ authorization: String...
    ) throws -> (status: Int?, cause: String, user: String?, upstream: TestFields?) {
        var headers: TestFields = [:]
        headers.lines = authorization.map { .init("Authorization", $0) }
        let exchange = test.begin(TestRequest(headers: headers))
        try exchange.run()
        try exchange.checkRules()
        let result = exchange.result
        return (
            result.response?.status, result.cause, exchange.identities.last?.name.description,
            result.upstreamRequest?.headers
        )
    }

    private func count(_ outcome: String, _ test: FilterTest) -> Int {
        test.services.count("weir_basic_auth_requests_total{outcome=\"\(outcome)\"}")
    }

    @Test func filesOfTheUsualToolsAreRead() throws {
        defer { file.remove() }
        try file.write(
            [
                "# users", "", PasswordFile.htpasswd("alice", "wonder:land"),
                PasswordFile.openssl("bob", "builder", "-6"),
                PasswordFile.openssl("carol", "Übermut", "-5") + "\r",
            ].joined(separator: "\n"))
        let test = try test()
        #expect(try ask(test, basic("alice", "wonder:land")).user == "alice")
        #expect(try ask(test, basic("bob", "builder")).user == "bob")
        #expect(try ask(test, basic("carol", "Übermut")).user == "carol")
        for (user, password) in [
            ("alice", "wonder"), ("alice", ""), ("bob", "wonder:land"), ("dora", "builder"),
            ("Alice", "wonder:land"), ("", "wonder:land"), ("carol", "Ubermut"),
        ] {
            let refused = try ask(test, basic(user, password))
            #expect(refused.status == 401 && refused.cause == "basic_auth_wrong")
            #expect(refused.user == nil && refused.upstream == nil)
        }
        #expect(count("checked", test) == 3)
        #expect(count("wrong", test) == 7)
        #expect(test.services.gauge("weir_basic_auth_users") == 3)
        #expect(test.services.gauge("weir_basic_auth_pending_checks") == 0)
    }

    @Test func thePasswordIsTakenOut() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        #expect(try ask(test(), basic("alice", "a")).upstream == [:])
        let kept = try ask(test([("strip", false)]), basic("alice", "a"))
        #expect(kept.upstream == ["Authorization": basic("alice", "a")])
        let told = try test([("client-header", "x-user")])
        let result = try told.exchange(
            TestRequest(headers: ["X-User": "root", "authorization": basic("alice", "a")]))
        #expect(result.upstreamRequest?.headers.values("x-user") == ["alice"])
        // CGI and WSGI make one variable of `x-user` and `x_user`.
        let spelt = try told.exchange(
            TestRequest(headers: ["X_User": "root", "authorization": basic("alice", "a")]))
        #expect(spelt.upstreamRequest?.headers == ["x-user": "alice"])
        // Also when it comes from the cache.
        #expect(try ask(told, basic("alice", "a")).upstream?["x-user"] == "alice")
    }

    @Test func everyDeliveryComesToTheSame() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let good = try test().everySplit(
            TestRequest("POST", headers: ["authorization": basic("alice", "a")], body: "abc"))
        #expect(good.response?.status == 200 && good.upstreamRequest?.body == "abc")
        let wrong = try test().everySplit(
            TestRequest("POST", headers: ["authorization": basic("alice", "b")], body: "abc"))
        #expect(wrong.response?.status == 401)
    }

    @Test func clientsAreTold() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let result = try test([("realm", "Ours")]).exchange()
        #expect(result.response?.status == 401)
        #expect(result.cause == "basic_auth_missing")
        #expect(
            result.response?.headers["www-authenticate"]
                == "Basic realm=\"Ours\", charset=\"UTF-8\"")
    }

    @Test func malformedCredentialsAreRefused() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test()
        func encoded(_ bytes: [UInt8]) -> String { "Basic " + Data(bytes).base64EncodedString() }
        let good = basic("alice", "a")
        for text in [
            "Basic ", "Basic !", "Basic YWxpY2U6YQ", "Basic YWxpY2U6YR==", "Basic YWxpY2U6YQ=",
            "Basic YWxp Y2U6YQ==", "Basic YWxpY2U=", encoded(Array("alice:a\0".utf8)),
            encoded(Array("al\nice:a".utf8)), encoded([0x7F, 0x3A]), "Basic ====", "Basic Y===",
            basic("alice", String(repeating: "a", count: 2000)), "Basic", "Basic,x", "Basic\tx",
        ] {
            #expect(try ask(test, text).cause == "basic_auth_malformed", "\(text)")
        }
        #expect(try ask(test, good, good).cause == "basic_auth_malformed")
        #expect(try ask(test, good).user == "alice")
        #expect(try ask(test, good, good).cause == "basic_auth_malformed")
        #expect(try ask(test, good, "Bearer x").cause == "basic_auth_malformed")
        #expect(try ask(test, "Bearer x", good).cause == "basic_auth_malformed")
        #expect(try ask(test, "bAsIc" + good.dropFirst(5)).user == "alice")
        for text in ["Bearer abc", "Basicx", ""] {
            #expect(try ask(test, text).cause == "basic_auth_missing", "\(text)")
        }
        // Longer than crypt_r takes, but no longer than a field may be.
        let long = try ask(test, basic("alice", String(repeating: "a", count: 600)))
        #expect(long.cause == "basic_auth_wrong")
    }

    @Test func aPasswordMayBeMissing() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test([("optional", true)])
        #expect(try ask(test).status == 200)
        #expect(try ask(test, "Bearer x").upstream == ["Authorization": "Bearer x"])
        #expect(try ask(test, basic("alice", "b")).cause == "basic_auth_wrong")
        #expect(count("anonymous", test) == 2)
        // Wherever it stands: the upstream might go by it.
        let guess = basic("alice", "b")
        for lines in [["Bearer x", guess], [guess, "Bearer x"], ["Bearer x", "", "basic\tx"]] {
            let headers = TestFields(lines: lines)
            let result = try test.exchange(TestRequest(headers: headers))
            #expect(result.cause == "basic_auth_malformed", "\(lines)")
            #expect(result.upstreamRequest == nil)
        }
        #expect(try ask(test, "Bearer x", "Digest y").status == 200)
        #expect(try ask(test, "Basic\t" + basic("alice", "a").dropFirst(6)).user == "alice")
    }

    @Test func explainsWhoseItIs() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test()
        func explain(_ headers: TestFields) -> [String] {
            test.explain(TestRequest(headers: headers))
        }
        #expect(explain([:]) == ["no password: 401"])
        #expect(
            explain(["authorization": basic("alice", "b")]) == ["checks the password of `alice`"])
        #expect(explain(["authorization": basic("bob", "b")]) == ["`bob` is no user: 401"])
        #expect(
            explain(["authorization": "Basic x"])
                == ["no name and password as RFC 7617 has them: 401"])
    }
}

extension TestFields {
    /// Lines of `authorization` with these values.
    fileprivate init(lines values: [String]) {
        self = [:]
        lines = values.map { .init("authorization", $0) }
    }
}
