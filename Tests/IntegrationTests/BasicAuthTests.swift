import Foundation
import Testing
import WeirLiveTesting

/// Passwords at work in the command, in files as htpasswd and openssl make them.
@Suite struct BasicAuthTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A line of htpasswd, with a hash that takes some milliseconds.
    private func bcrypt(_ user: String, _ password: String, cost: Int = 6) throws -> String {
        try CommandResult.of("htpasswd", "-nbB", "-C", "\(cost)", user, password).output
    }

    private func gateway(_ settings: String = "") throws -> (Gateway, Origin) {
        let origin = try Origin(answering: { _ in Answer.ok("") })
        let gateway = try Gateway(to: origin) {
            $0.filters = "[{basic-auth: {file: '\(folder.path)/users', realm: Staff\(settings)}}]"
        }
        return (gateway, origin)
    }

    @Test func usersOfAFileAreLetIn() throws {
        let sha = try CommandResult.of("openssl", "passwd", "-6", "builder").output
        try folder.write(try bcrypt("alice", "wonder:länd") + "bob:" + sha, to: "users")
        let (gateway, origin) = try gateway(", client-header: x-user")
        let asked = try Curl(gateway, "/")
        #expect(asked.status == 401 && asked.cause == "basic_auth_missing")
        #expect(asked["www-authenticate"] == "Basic realm=\"Staff\", charset=\"UTF-8\"")
        #expect(try Curl(gateway, "/", "-u", "alice:wonder").cause == "basic_auth_wrong")
        #expect(try Curl(gateway, "/", "-u", "eve:wonder").cause == "basic_auth_wrong")
        #expect(
            try Curl(gateway, "/", "-H", "authorization: Basic x").cause == "basic_auth_malformed")
        #expect(origin.requests.isEmpty)
        for user in ["alice:wonder:länd", "bob:builder"] {
            #expect(try Curl(gateway, "/", "-u", user, "-H", "x-user: root").status == 200)
        }
        #expect(origin.requests.map { $0.all("x-user") } == [["alice"], ["bob"]])
        #expect(origin.requests.allSatisfy { $0["authorization"] == nil })
        #expect(try gateway.metric("weir_basic_auth_requests_total", "\"checked\"") == 2)
        #expect(try gateway.metric("weir_basic_auth_users") == 2)
    }

    @Test func aKeptConnectionPaysOnce() throws {
        try folder.write(try bcrypt("alice", "a", cost: 10), to: "users")
        let (gateway, origin) = try gateway()
        let client = try gateway.client()
        let field = "authorization: Basic " + Data("alice:a".utf8).base64EncodedString()
        for _ in 0..<50 { #expect(try client.get("/", field).status == 200) }
        #expect(origin.requests.count == 50)
        #expect(try gateway.metric("weir_basic_auth_requests_total", "\"checked\"") == 1)
        #expect(try gateway.metric("weir_basic_auth_requests_total", "\"cached\"") == 49)

        // Another password, and what was remembered is worth nothing.
        try folder.write(try bcrypt("alice", "b"), to: "users")
        try eventually("the new file counts") {
            gateway.log.contains("users has changed and is in use")
        }
        #expect(try client.get("/", field).status == 401)
    }

    /// While slow hashes are under way, the loops serve others; and who sends too many is told.
    @Test func slowHashesHoldUpNobody() throws {
        try folder.write(try bcrypt("alice", "a", cost: 12), to: "users")
        let origin = try Origin(answering: { _ in Answer.ok("") })
        let gateway = try Gateway(to: origin) {
            $0.workers = 1
            $0.filters =
                "[{basic-auth: {file: '\(folder.path)/users', max-checks-per-client: 3}}]"
            $0.routes = ["match: {path: /open}, to: origin, filters: {basic-auth: off}"]
        }
        let guesses = try (0..<4).map { index in
            let client = try gateway.client()
            let field = "authorization: Basic " + Data("alice:\(index)".utf8).base64EncodedString()
            try client.send("GET / HTTP/1.1\r\nhost: a\r\n\(field)\r\n\r\n")
            return client
        }
        let open = try gateway.client()
        #expect(try open.get("/open").status == 200)
        let statuses = try guesses.map { try $0.response().status }
        #expect(statuses.filter { $0 == 401 }.count == 3)
        #expect(statuses.filter { $0 == 503 }.count == 1)
        #expect(try gateway.metric("weir_basic_auth_requests_total", "\"busy\"") == 1)
        #expect(try gateway.metric("weir_basic_auth_pending_checks") == 0)
    }

    @Test func weakFilesStopTheStart() throws {
        let weak = try CommandResult.of("htpasswd", "-nbm", "alice", "a").output
        try folder.write(try bcrypt("bob", "b") + weak, to: "users")
        let error = #expect(throws: HarnessError.self) { _ = try gateway() }
        #expect("\(error as Any)".contains("line 3: the password of `alice` is an MD5 hash"))
    }
}
