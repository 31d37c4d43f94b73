import Testing
import WeirBase
import WeirConfig

@Suite struct ModelTests {
    @Test func defaultsAreThoseOfAnEdge() throws {
        let configuration = try #require(
            load("listeners: [{address: '[::]:80', routes: [{respond: {}}]}]").configuration)
        #expect(configuration.runtime == RuntimeConfiguration())
        #expect(configuration.admin?.address == SocketAddress("127.0.0.1:9901"))
        #expect(configuration.accessLog == AccessLogConfiguration())
        let listener = configuration.listeners[0]
        #expect(listener.name == "listener-1")
        #expect(listener.limits == ListenerLimits())
        #expect(listener.timeouts == ListenerTimeouts())
        #expect(listener.timeouts.handshake == .seconds(10))
        #expect(listener.forwarding.clientCertificate == .off)
        #expect(listener.connection.isEmpty && listener.serverNames.isEmpty)
        #expect(listener.path == PathConfiguration())
        #expect(listener.upgrades == ["websocket"] && !listener.connect)
        #expect(listener.routes.routes[0].timeout == .seconds(15))
        #expect(configuration.unsafeSettings.isEmpty)
    }

    @Test func offIsOff() throws {
        let configuration = try #require(
            load(
                "{admin: off, access-log: off, "
                    + "listeners: [{address: 127.0.0.1:80, routes: [{respond: {}}]}]}"
            )
            .configuration)
        #expect(configuration.admin == nil && configuration.accessLog == nil)
    }

    static func match(_ text: String) throws -> RouteMatch {
        let loaded = load(
            "listeners: [{address: 127.0.0.1:80, routes: [{match: \(text), respond: {}}]}]")
        return try #require(
            loaded.configuration?.listeners[0].routes.routes[0].match, "\(loaded.diagnostics)")
    }

    @Test(arguments: [
        ("/", PathPattern.exact("/")), ("/a", .exact("/a")), ("/a/", .exact("/a/")),
        ("/**", .any), ("/a/**", .prefix("/a")), ("/a/b/**", .prefix("/a/b")),
        ("/%7Ea/%c3%a4", .exact("/~a/%C3%A4")),
        (
            "/u/{id}/x",
            .template(PathTemplate([.literal("u"), .capture("id"), .literal("x")]))
        ),
        ("/{a}/**", .template(PathTemplate([.capture("a"), .tail("")]))),
        ("/{rest=**}", .template(PathTemplate([.tail("rest")]))),
    ])
    func paths(_ text: String, _ expected: PathPattern) throws {
        #expect(try Self.match("{path: '\(text)'}").path == expected)
    }

    @Test(arguments: [
        ("A.Example.com", HostPattern.exact("a.example.com")),
        ("'*.Example.com'", .wildcard("example.com")), ("10.0.0.1", .exact("10.0.0.1")),
        ("'[::1]'", .exact("[::1]")), ("my_service", .exact("my_service")),
    ])
    func hosts(_ text: String, _ expected: HostPattern) throws {
        #expect(try Self.match("{host: \(text)}").hosts == [expected])
    }

    @Test func anyHostIsNoCondition() throws {
        #expect(try Self.match("{host: [a.example.com, '*']}").hosts.isEmpty)
    }

    @Test func conditions() throws {
        let match = try Self.match(
            "{method: [GET, PURGE], headers: {X-A: 1, x-b: {regex: '^a$'}}, "
                + "query: {q: {present: true}}}"
        )
        #expect(match.methods == ["GET", "PURGE"])
        #expect(
            match.headers == [
                HeaderMatch(name: "x-a", value: .exact("1")),
                HeaderMatch(name: "x-b", value: .regex("^a$")),
            ])
        #expect(match.query == [QueryMatch(name: "q", value: .present(true))])
    }

    @Test func prefixesLoseTheirSlash() throws {
        let loaded = load(
            """
            listeners:
              - address: 127.0.0.1:80
                routes:
                  - {match: {path: /a/**}, to: a, rewrite: {prefix: /}}
                  - {match: {path: /b/**}, to: a, rewrite: {prefix: /new/}}
            clusters: {a: {endpoints: ["a:80"]}}
            """)
        let routes = try #require(loaded.configuration).listeners[0].routes.routes
        #expect(routes.map(\.rewrite.path) == [.prefix(""), .prefix("/new")])
    }

    @Test func regularExpressionsAreChecked() {
        let loaded = GatewayConfiguration.load(
            ConfigSource(
                file: "weir.yaml",
                text:
                    "listeners: [{address: 127.0.0.1:80, "
                    + "routes: [{match: {regex: x}, respond: {}}]}]"
            ),
            registry: [], environment: [:], regexCheck: { "no \($0)" })
        expect(
            loaded.diagnostics,
            ["1:62: listeners[0].routes[0].match.regex: `x` is no regular expression: no x"])
    }
}
