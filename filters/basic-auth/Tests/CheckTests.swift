import BasicAuthFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Passwords are checked off the loop, few at a time, and not again while they are remembered.
@Suite struct CheckTests {
    private let file = PasswordFile()
    private let services = TestServices(runsWorkAtOnce: false)

    private func test(_ settings: [(key: String, value: TestConfiguration)] = []) throws
        -> FilterTest
    {
        try FilterTest(
            BasicAuth.self, .mapping([("file", .text(file.path))] + settings), services: services)
    }

    private func request(_ user: String, _ password: String) -> TestRequest {
        TestRequest(headers: ["authorization": basic(user, password)])
    }

    private func count(_ outcome: String) -> Int {
        services.count("weir_basic_auth_requests_total{outcome=\"\(outcome)\"}")
    }

    /// Runs an exchange with the work that it causes; whether it caused any.
    private func waits(_ test: FilterTest, _ request: TestRequest, is status: Int) throws -> Bool {
        let exchange = test.begin(request)
        exchange.turn()
        let waits = exchange.isPaused
        services.runWork()
        try exchange.run()
        try exchange.checkRules()
        #expect(exchange.result.response?.status == status)
        return waits
    }

    @Test func whatWasRightIsRemembered() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test([("cache", ["ttl": "10s"])])
        #expect(try waits(test, request("alice", "a"), is: 200))
        #expect(try !waits(test, request("alice", "a"), is: 200))
        // Another password is another matter, and what is wrong is checked each time.
        #expect(try waits(test, request("alice", "b"), is: 401))
        #expect(try waits(test, request("alice", "b"), is: 401))
        #expect(count("checked") == 1 && count("cached") == 1 && count("wrong") == 2)

        let pause = test.begin(request("alice", "a"))
        pause.advance(by: .seconds(10))
        try pause.run()
        #expect(try waits(test, request("alice", "a"), is: 200))
    }

    @Test func nothingIsRememberedOfAnOldFile() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test()
        #expect(try waits(test, request("alice", "a"), is: 200))
        try file.write(try PasswordFile.htpasswd("alice", "b"))
        services.change(file.path)
        #expect(try waits(test, request("alice", "a"), is: 401))
        #expect(try waits(test, request("alice", "b"), is: 200))
        // A bad file changes nothing.
        try file.write("alice:b")
        services.change(file.path)
        #expect(try !waits(test, request("alice", "b"), is: 200))
        #expect(services.lines.last?.contains("stays in use: line 1: the password of") == true)
    }

    @Test func whatIsRememberedIsBounded() throws {
        defer { file.remove() }
        let users = try (0..<5).map { try PasswordFile.htpasswd("u\($0)", "a") }
        try file.write(users.joined(separator: "\n"))
        let test = try test([("cache", ["size": 4])])
        for index in 0..<5 { #expect(try waits(test, request("u\(index)", "a"), is: 200)) }
        // The last ones are there; the first two have made room.
        for index in 2..<5 { #expect(try !waits(test, request("u\(index)", "a"), is: 200)) }
        #expect(try waits(test, request("u0", "a"), is: 200))

        let forgetful = try self.test([("cache", ["size": 0])])
        #expect(try waits(forgetful, request("u1", "a"), is: 200))
        #expect(try waits(forgetful, request("u1", "a"), is: 200))
    }

    /// A full queue of the gateway, which takes four pieces of work in a test.
    @Test func aBusyGatewaySaysSo() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test()
        for index in 0..<4 { test.begin(request("alice", "\(index)")).turn() }
        #expect(services.gauge("weir_basic_auth_pending_checks") == 4)
        let busy = try test.exchange(request("alice", "a"))
        #expect(busy.response?.status == 503)
        #expect(busy.cause == "basic_auth_busy")
        #expect(busy.response?.headers["retry-after"] == "1")
        #expect(count("busy") == 1)
        services.runWork()
        #expect(services.gauge("weir_basic_auth_pending_checks") == 0)
        #expect(try waits(test, request("alice", "a"), is: 200))
    }

    @Test func oneClientLeavesRoomForOthers() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test([("max-checks", 3), ("max-checks-per-client", 2)])
        func status(_ password: String, _ client: String?) throws -> Int? {
            var asked = request("alice", password)
            asked.client = client.flatMap { IPAddress($0) }
            let exchange = test.begin(asked)
            exchange.turn()
            // An answer at once comes with the next turn.
            exchange.turn()
            return exchange.isPaused ? nil : exchange.result.response?.status
        }
        #expect(try status("1", "192.0.2.1") == nil)
        #expect(try status("2", "192.0.2.1") == nil)
        #expect(try status("3", "192.0.2.1") == 503)
        // The same credentials wait for the same check.
        #expect(try status("1", "192.0.2.1") == nil)
        #expect(try status("3", nil) == nil)
        #expect(try status("4", "192.0.2.2") == 503)
        services.runWork()
        #expect(count("busy") == 2)
        #expect(count("wrong") == 4)
        #expect(try status("3", "192.0.2.1") == nil)
    }

    /// Who has one address of IPv6 has 2^64 of them.
    @Test func aNetworkOfIPv6IsOneClient() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        let test = try test([("max-checks-per-client", 1)])
        func isBusy(_ password: String, _ client: String) throws -> Bool {
            var asked = request("alice", password)
            asked.client = IPAddress(client)
            let exchange = test.begin(asked)
            exchange.turn()
            exchange.turn()
            return !exchange.isPaused
        }
        #expect(try !isBusy("1", "2001:db8:1:2::1"))
        #expect(try isBusy("2", "2001:db8:1:2:ffff::7"))
        #expect(try !isBusy("3", "2001:db8:1:3::1"))
        #expect(try !isBusy("4", "192.0.2.1"))
        #expect(try isBusy("5", "::ffff:192.0.2.1"))
        #expect(try !isBusy("6", "192.0.2.2"))
        services.runWork()
        // Room comes back for the network.
        #expect(try !isBusy("7", "2001:db8:1:2::9"))
    }

    @Test func anUnknownUserIsCheckedToo() throws {
        defer { file.remove() }
        try file.write(try PasswordFile.htpasswd("alice", "a"))
        #expect(try waits(test(), request("nobody", "a"), is: 401))
        // Without any user there is none to be told apart.
        try file.write("")
        #expect(try !waits(test(), request("nobody", "a"), is: 401))
    }
}
