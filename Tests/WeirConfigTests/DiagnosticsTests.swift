import Testing
import WeirConfig
import WeirFilter

@Suite struct DiagnosticsTests {
    static let source = "listeners:\n\t\n  - {adress: \"127.0.0.1:80\", routes: [{respond: {}}]}\n"

    @Test func json() {
        let loaded = load("listners: []\nlisteners: [{address: 127.0.0.1:80, routes: x}]")
        #expect(
            loaded.diagnostics.json() == """
                {
                  "diagnostics": [
                    {
                      "severity": "error",
                      "file": "weir.yaml",
                      "line": 1,
                      "column": 1,
                      "path": "listners",
                      "message": "unknown key `listners`",
                      "suggestion": "listeners"
                    },
                    {
                      "severity": "error",
                      "file": "weir.yaml",
                      "line": 2,
                      "column": 45,
                      "path": "listeners[0].routes",
                      "message": "no route table is named `x`",
                      "expected": "none: no route table exists here"
                    }
                  ]
                }
                """)
    }

    @Test func logLinesHoldNothingOfTheFile() {
        let loaded = load("listeners: [{address: 127.0.0.1:80, routes: [{respond: {}}], x: y}]")
        #expect(
            loaded.diagnostics.description
                == "weir.yaml:1:62: error: listeners[0].x: unknown key `x`; expected one of "
                + "address, "
                + "client-address, connect, connection, filters, forwarding, limits, name, path, "
                + "routes, server-names, timeouts, upgrades")
    }

    @Test func repeatedProblemsAreToldOnce() {
        let problem = Diagnostic(
            file: "a", mark: SourceMark(line: 2, column: 1), message: "wrong")
        let other = Diagnostic(file: "a", mark: SourceMark(line: 1, column: 9), message: "doubtful")
        #expect(Diagnostics([problem, other, problem]).items == [other, problem])
    }

    @Test func secretsAreNeverShown() throws {
        let text = """
            listeners:
              - address: 127.0.0.1:80
                filters: [token: {token: "${TOKEN}", others: [second-hidden]}]
                routes:
                  - {match: {path: /a}, respond: {}, filters: {token: {token: third-hidden}}}
            """
        let loaded = load(text, environment: ["TOKEN": "first-hidden"])
        let configuration = try #require(loaded.configuration)
        let entry = try #require(configuration.listeners[0].chain.filters.first)
        let factory = try #require(entry.factory as? TokenFactory)
        #expect(factory.configuration.token.value == "first-hidden")
        var dumped = ""
        dump(factory.configuration, to: &dumped)
        let shown = [
            configuration.redactedDescription, "\(entry.settings)", "\(factory.configuration)",
            String(reflecting: factory.configuration), dumped,
            "\(configuration.listeners[0].chain(forRouteAt: 0).filters[0].settings)",
        ]
        for text in shown {
            #expect(!text.contains("hidden"), "\(text)")
            #expect(text.contains("(redacted)"))
        }
    }
}
