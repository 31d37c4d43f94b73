import Testing
import WeirConfig

/// `server-names` of a listener. What is wrong with one is in `Fixtures/bad`.
@Suite struct ServerNameTests {
    static func listener(_ serverNames: String) throws -> ListenerConfiguration {
        let loaded = load(
            """
            chains:
              common: [bare, limit: {requests: 5, per: hour}]
            listeners:
              - name: edge
                address: 127.0.0.1:80
                connection: [gate]
                filters: common
                routes: public
                server-names: \(serverNames)
            routes:
              public: [{respond: {}}, {match: {path: /b}, respond: {}, filters: {bare: off}}]
            """)
        return try #require(loaded.configuration, "\(loaded.diagnostics)").listeners[0]
    }

    @Test func namesAreLowerCase() throws {
        let listener = try Self.listener("[{names: [A.Example.com, '*.B.example.com', c_d]}]")
        #expect(
            listener.serverNames[0].names == [
                .exact("a.example.com"), .wildcard("b.example.com"), .exact("c_d"),
            ])
        #expect("\(listener.serverNames[0].names[1])" == "*.b.example.com")
    }

    @Test func whatIsNotSaidIsTheListeners() throws {
        let listener = try Self.listener(
            "[{names: a}, {names: b, filters: [bare]}, {names: c, routes: [{respond: {}}]}]")
        let served = listener.serverNames.map(\.served)
        #expect(served[0].routes === listener.routes && served[0].chain === listener.chain)
        #expect(served[0].chainIndexes == [0, 1])
        #expect(served[1].routes === listener.routes)
        #expect(served[1].chain.filters.map(\.name) == ["bare"])
        #expect(served[1].chain(forRouteAt: 1).filters.isEmpty)
        #expect(served[2].chain === listener.chain)
        #expect(served[2].routes.name == "edge/c")
        #expect(served[2].routes.routes.map(\.name) == ["edge/c[0]"])
    }

    @Test func theirTablesAreAmongTheConfigurations() throws {
        let loaded = load(
            """
            listeners:
              - name: edge
                address: 127.0.0.1:80
                connection: [gate]
                routes: [{respond: {}}]
                server-names:
                  - {names: a}
                  - {names: b, routes: [{respond: {status: 204}}]}
                  - {names: c, routes: named}
            routes: {named: [{respond: {}}]}
            """)
        let configuration = try #require(loaded.configuration, "\(loaded.diagnostics)")
        #expect(configuration.routeTables.map(\.name) == ["named", "edge", "edge/b"])
        #expect(loaded.diagnostics.items.isEmpty)
    }

    @Test func chainsAndTablesOfNamesAreInUse() throws {
        let loaded = load(
            """
            chains: {other: [bare]}
            listeners:
              - address: 127.0.0.1:80
                connection: [gate]
                routes: [{respond: {}}]
                server-names: [{names: a, filters: other, routes: named}]
            routes: {named: [{respond: {}, filters: {bare: off}}]}
            """)
        #expect(loaded.diagnostics.items.isEmpty, "\(loaded.diagnostics)")
    }
}
