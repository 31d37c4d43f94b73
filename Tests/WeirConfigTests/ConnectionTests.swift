import Testing
import WeirConfig
import WeirFilter

/// `connection` of listeners and clusters. What is wrong with one is in `Fixtures/bad`.
@Suite struct ConnectionTests {
    static func load(_ listener: String, _ cluster: String) throws -> GatewayConfiguration {
        let loaded = WeirConfigTests.load(
            """
            listeners:
              - {address: 127.0.0.1:80, connection: \(listener), routes: [{to: api}]}
            clusters:
              api: {endpoints: [10.0.0.1:80], connection: \(cluster)}
            """)
        return try #require(loaded.configuration, "\(loaded.diagnostics)")
    }

    @Test func namesMayStandAlone() throws {
        let configuration = try Self.load("[plain, gate, frames]", "[frames]")
        let entries = configuration.listeners[0].connection
        #expect(entries.map(\.name) == ["plain", "gate", "frames"])
        #expect(entries.map(\.type.seam) == [.connection, .connection, .codec])
        #expect(entries[2].type.applicationProtocol == "f1")
        #expect(entries.allSatisfy { $0.httpFactory == nil })
        #expect(configuration.clusters[0].connection.map(\.name) == ["frames"])
        #expect(try Self.load("[]", "[]").listeners[0].connection.isEmpty)
    }

    @Test func entriesAreAmongTheFiltersToProvision() throws {
        let configuration = try Self.load("[gate: {}]", "[gate: {}]")
        #expect(configuration.filters.map(\.name) == ["gate", "gate"])
        let shared = try Self.load("&c [gate: {password: p}]", "*c")
        #expect(shared.filters.count == 1)
        #expect(shared.listeners[0].connection[0] === shared.clusters[0].connection[0])
    }

    @Test func bothSidesAreAsked() {
        let loaded = WeirConfigTests.load(
            """
            listeners:
              - address: 127.0.0.1:80
                connection: &both [gate: {clients: true}]
                routes: [{to: api}]
            clusters:
              api: {endpoints: [10.0.0.1:80], connection: *both}
            """)
        expect(
            loaded.diagnostics,
            ["3:40: clusters.api.connection[0].gate.clients: an endpoint is no client"])
    }

    @Test func codecsAreAskedToo() {
        let loaded = WeirConfigTests.load(
            """
            listeners:
              - {address: 127.0.0.1:80, connection: [asks: {}], routes: [{to: api}]}
            clusters:
              api: {endpoints: [10.0.0.1:80]}
            """)
        expect(
            loaded.diagnostics,
            [
                "2:48: listeners[0].connection[0].asks: it is spoken with endpoints only"
            ])
    }

    @Test func routesDoNotLeadToClustersOfCalls() {
        let loaded = WeirConfigTests.load(
            """
            listeners:
              - {address: 127.0.0.1:80, routes: [{to: limits}]}
            clusters:
              limits: {endpoints: [10.0.0.1:80], connection: [asks]}
            """)
        expect(
            loaded.diagnostics,
            [
                "2:43: listeners[0].routes[0].to: `limits` speaks asks, which carries no requests "
                    + "of clients; expected a cluster that speaks HTTP"
            ])
    }

    @Test func secretsAreHidden() throws {
        let configuration = try Self.load(
            "[gate: {password: first-hidden}]", "[gate: {password: second-hidden}]")
        let entry = configuration.clusters[0].connection[0]
        #expect(entry.secretConfiguration.contains("second-hidden"))
        for text in [configuration.redactedDescription, "\(entry.settings)"] {
            #expect(!text.contains("hidden") && text.contains("(redacted)"), "\(text)")
        }
    }

    @Test func whatLoosensIsListedForBothSides() throws {
        let configuration = try Self.load(
            "[gate: {unsafe-open: true}]", "[gate: {unsafe-open: true}]")
        #expect(
            configuration.unsafeSettings.map(\.path) == [
                "listeners[0].connection[0].gate.unsafe-open",
                "clusters.api.connection[0].gate.unsafe-open",
            ])
    }
}
