import ExternalAuthFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ConfigurationTests {
    private func error(_ fields: (String, TestConfiguration)...) -> ConfigurationError? {
        let configuration = TestConfiguration.mapping(fields.map { (key: $0.0, value: $0.1) })
        return TestFilter(ExternalAuth.self, configuration).configurationError
    }

    private let http: (String, TestConfiguration) = ("http", ["cluster": "authz"])
    private let grpc: (String, TestConfiguration) = ("grpc", ["cluster": "authz"])

    @Test func oneServiceIsNeeded() {
        #expect(error()?.message == "expected `http` or `grpc`")
        #expect(error(http, grpc)?.message.contains("found both") == true)
        #expect(error(http) == nil)
        #expect(error(grpc) == nil)
        #expect(error(("http", ["path": "/a"]))?.path == ["http"])
        #expect(error(("https", ["cluster": "a"]))?.path == ["https"])
    }

    @Test func clustersHaveToBeThere() throws {
        for (service, configuration) in [http, grpc] {
            #expect {
                _ = try FilterTest(
                    ExternalAuth.self, .mapping([(key: service, value: configuration)]))
            } throws: {
                ($0 as? ConfigurationError)?.path == [service, "cluster"]
            }
        }
    }

    @Test(arguments: ["check", "", "/a b", "/a#b", "/ä"])
    func pathsAreChecked(_ path: String) {
        let error = error(("http", ["cluster": "authz", "path": .text(path)]))
        #expect(error?.path == ["http", "path"])
    }

    @Test func theQuestionIsChecked() {
        func path(_ fields: TestConfiguration, _ more: (String, TestConfiguration)...) -> [String]?
        {
            let entries = [("http", fields)] + more
            return TestFilter(
                ExternalAuth.self,
                .mapping(entries.map { (key: $0.0, value: $0.1) })
            ).configurationError?.path
        }
        #expect(
            path(["cluster": "a", "path": "/a?b", "append-path": true]) == ["http", "path"])
        #expect(path(["cluster": "a", "method": "get"]) == ["http", "method"])
        #expect(
            path(["cluster": "a", "method": "GET"], ("body", ["max": 1])) == ["http", "method"])
        #expect(path(["cluster": "a", "method": "PUT"], ("body", ["max": 1])) == nil)
        #expect(path(["cluster": "a", "authority": "a/b"]) == ["http", "authority"])
        #expect(path(["cluster": "a", "authority": ""]) == ["http", "authority"])
        #expect(path(["cluster": "a"], ("body", ["max": 1, "as": "text"])) == ["body", "as"])
    }

    @Test func numbersHaveBounds() {
        #expect(error(http, ("timeout", "0s"))?.path == ["timeout"])
        #expect(error(http, ("timeout", "61s"))?.path == ["timeout"])
        #expect(error(http, ("status-on-error", 399))?.path == ["status-on-error"])
        #expect(error(http, ("status-on-error", 600))?.path == ["status-on-error"])
        #expect(error(http, ("on-error", "ignore"))?.path == ["on-error"])
        #expect(error(http, ("response-limit", 0))?.path == ["response-limit"])
        #expect(error(http, ("response-limit", "17MiB"))?.path == ["response-limit"])
        #expect(error(http, ("body", ["max": 0]))?.path == ["body", "max"])
        #expect(error(http, ("body", ["max": "1GiB"]))?.path == ["body", "max"])
    }

    @Test func fieldsHaveNames() {
        for field in [
            "request-headers", "upstream-headers", "client-headers", "client-headers-on-success",
        ] {
            #expect(error(http, (field, ["x-a", "x b"]))?.path == [field, "1"])
            #expect(error(http, (field, ["Content-Length"]))?.path == [field, "0"])
        }
        #expect(error(http, ("request-headers", ["*"])) == nil)
        #expect(error(http, ("request-headers", ["x-a", "*"]))?.path == ["request-headers", "1"])
        #expect(error(http, ("identity-header", "host"))?.path == ["identity-header"])
        #expect(error(grpc, ("client-headers", ["x-a"]))?.path == ["client-headers"])
        #expect(
            error(grpc, ("client-headers-on-success", ["x-a"]))?.path
                == ["client-headers-on-success"])
        #expect(error(http, ("when", [:]))?.path == ["when"])
        #expect(error(http, ("when", ["query": [:]]))?.path == ["when", "query"])
        #expect(error(http, ("when", ["paths": "a"]))?.path.first == "when")
    }

    @Test func cachesAreChecked() {
        func path(_ cache: TestConfiguration) -> [String]? { error(http, ("cache", cache))?.path }
        #expect(path(["ttl": "1s"]) == ["cache"])
        #expect(path(["key": []]) == ["cache", "key"])
        #expect(path(["key": ["header"]]) == ["cache", "key", "0"])
        #expect(path(["key": ["path"], "ttl": "0s"]) == ["cache", "ttl"])
        #expect(path(["key": ["path"], "ttl": "2h"]) == ["cache", "ttl"])
        #expect(path(["key": ["path"], "entries": 0]) == ["cache", "entries"])
        #expect(path(["key": ["path"], "size": "1KiB"]) == ["cache", "size"])
        #expect(path(["key": ["path"]]) == nil)
        #expect(
            error(http, ("cache", ["key": ["path"]]), ("body", ["max": 1]))?.path == ["cache"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        let filter = TestFilter(
            ExternalAuth.self,
            [
                "http": ["cluster": "a"], "grpc": ["cluster": "a"], "body": ["max": 1],
                "cache": ["key": ["path"]],
                "when": [
                    "headers": [:], "query": [:], "claims": [:], "certificate": ["subject": "CN=a"],
                    "not": ["methods": "GET"],
                ],
            ])
        // A condition within a condition has the same fields again.
        let errors = try filter.documentationErrors().filter { !$0.hasPrefix("`when.not.") }
        #expect(errors == [])
    }

    @Test func explanationsSayWhoIsAsked() throws {
        let services = TestServices()
        services.serve("authz") { _ in nil }
        func lines(_ configuration: TestConfiguration, _ path: String = "/") throws -> [String] {
            let explained = Explained()
            let factory = try #require(
                try TestFilter(ExternalAuth.self, configuration).makeFactory() as? ExternalAuth)
            let chain = try FilterTest(
                [TestFilter("explains", [.requestHeaders]) { Explaining(factory, explained) }])
            _ = try chain.exchange(TestRequest("GET", path))
            return explained.lines
        }
        #expect(
            try lines(["http": ["cluster": "authz", "path": "/check"]]) == [
                "asks cluster authz for GET /check; without an answer in 200ms answers 403"
            ])
        let full: TestConfiguration = [
            "grpc": ["cluster": "authz"], "on-error": "allow", "timeout": "1s",
            "cache": ["key": ["client", "path"], "ttl": "5s"], "when": ["paths": "/a/**"],
        ]
        #expect(
            try lines(full, "/a/b") == [
                "asks cluster authz by gRPC (/envoy.service.auth.v3.Authorization/Check); without "
                    + "an answer in 1s lets the request in; remembers decisions for 5s by client, "
                    + "path"
            ])
        #expect(
            try lines(full, "/b") == [
                "asks nobody about this request: `when` does not hold (paths)"
            ])
        #expect(
            try lines(["http": ["cluster": "a"], "body": ["max": "8KiB"]])[0].contains("8KiB"))
    }
}

private final class Explained: @unchecked Sendable {
    var lines: [String] = []
}

/// Asks a factory what it would do.
private final class Explaining: HTTPFilter {
    private let factory: ExternalAuth
    private let explained: Explained

    init(_ factory: ExternalAuth, _ explained: Explained) {
        self.factory = factory
        self.explained = explained
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        explained.lines = factory.explain(stream)
        return .continue
    }
}
