import Testing
import WeirBase
import WeirConfig
import WeirFilter
import WeirTesting

/// What goes wrong while a factory is provisioned is told like any other mistake in the file.
@Suite struct ProvisioningTests {
    /// What provisioning the filters of a file has to say.
    static func diagnostics(_ text: String) throws -> Diagnostics {
        let loaded = load(text)
        let configuration = try #require(loaded.configuration, "\(loaded.diagnostics)")
        var problems: [Diagnostic] = []
        for entry in configuration.filters {
            do {
                try entry.factory.provision(TestServices())
            } catch {
                problems.append(entry.diagnostic(for: error))
            }
        }
        return loaded.diagnostics(with: problems)
    }

    static func file(_ gate: String) -> String {
        """
        listeners:
          - address: 127.0.0.1:80
            connection:
              - \(gate)
            routes: [{respond: {}}]
        """
    }

    @Test func theFieldAtFaultIsNamed() throws {
        let found = try Self.diagnostics(Self.file("gate: {keys: [{file: a}, {file: ''}]}"))
        #expect(
            found.rendered() == """
                weir.yaml:4:41: error: listeners[0].connection[0].gate.keys[1].file: no file is \
                named
                  4 |       - gate: {keys: [{file: a}, {file: ''}]}
                    |                                         ^

                """)
        #expect(found.hasErrors)
    }

    @Test func otherErrorsStandAtTheFilter() throws {
        expect(
            try Self.diagnostics(Self.file("gate: {keys: []}")),
            [
                "4:15: listeners[0].connection[0].gate: `gate` cannot be provisioned: "
                    + "NoSuchFile()"
            ])
    }

    @Test func allAreTold() throws {
        let found = try Self.diagnostics(
            """
            listeners:
              - {address: 127.0.0.1:80, connection: [gate: {keys: []}], routes: [{respond: {}}]}
              - {address: 127.0.0.1:81, connection: [gate: {keys: []}], routes: [{respond: {}}]}
            """)
        #expect(found.errors.map(\.mark.line) == [2, 3])
    }

    @Test func aRoutesFieldIsFoundWhereTheRouteSaysIt() throws {
        let loaded = load(
            """
            listeners:
              - address: 127.0.0.1:80
                filters: [tag: {name: a, labels: {x: 1}}]
                routes:
                  - {respond: {}, filters: {tag: {labels: {y: 2}}}}
            """)
        let configuration = try #require(loaded.configuration, "\(loaded.diagnostics)")
        let entry = configuration.listeners[0].chain(forRouteAt: 0).filters[0]
        func place(_ path: String...) -> String {
            let problem = entry.diagnostic(for: ConfigurationError(at: path, "wrong"))
            return "\(problem.mark) \(problem.path)"
        }
        let route = "listeners[0].routes[0].filters.tag"
        #expect(place("labels", "y") == "5:51 \(route).labels.y")
        // Laid over the chain's: its own place, by the way on which the route reaches it.
        #expect(place("labels", "x") == "3:42 \(route).labels.x")
        #expect(place("noSuchField") == "5:38 \(route).no-such-field")
    }

    @Test func warningsAreDoubtsOnly() throws {
        let loaded = load(Self.file("plain"))
        let entry = try #require(loaded.configuration?.filters.first)
        let told = loaded.diagnostics(with: [entry.warning("it ends soon")])
        #expect(!told.hasErrors)
        #expect(
            told.description == "weir.yaml:4:9: warning: listeners[0].connection[0]: it ends soon")
    }
}
