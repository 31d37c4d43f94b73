import Testing
import WeirConfig
import WeirFilter

@Suite struct OverrideTests {
    static func configuration(_ routes: String, filters: String) throws -> GatewayConfiguration {
        let loaded = load(
            """
            listeners:
              - name: edge
                address: 127.0.0.1:80
                filters: \(filters)
                routes: \(routes)
            clusters:
              api: {endpoints: [10.0.0.1:80]}
            """)
        return try #require(loaded.configuration, "\(loaded.diagnostics)")
    }

    static func chain(_ routes: String, filters: String) throws -> [FilterEntry] {
        try configuration(routes, filters: filters).listeners[0].chain(forRouteAt: 0).filters
    }

    static let chain =
        "[bare, limit: {requests: 5, per: hour, key: host}, tag: {name: a, labels: {x: 1, y: 2}}]"

    @Test func replaceStandsAlone() throws {
        let filters = try Self.chain(
            "[{to: api, filters: {limit: {requests: 1, per: second}}}]", filters: Self.chain)
        #expect(filters.map(\.name) == ["bare", "limit", "tag"])
        let limit = try #require(filters[1].factory as? LimitFactory)
        #expect(limit.configuration.requests == 1)
        #expect(limit.configuration.key == nil)
    }

    @Test func mergeGoesFieldByField() throws {
        let filters = try Self.chain(
            "[{to: api, filters: {tag: {labels: {y: 3, z: 4}}}}]", filters: Self.chain)
        let tag = try #require(filters[2].factory as? TagFactory)
        #expect(tag.configuration.name == "a")
        #expect(tag.configuration.labels == ["x": "1", "y": "3", "z": "4"])
        let told = filters[2].settings.map { "\($0.path)=\($0.value) \($0.origin.rawValue)" }
        #expect(
            told == [
                "name=a chain", "labels.x=1 chain", "labels.y=3 route", "labels.z=4 route",
            ])
    }

    @Test func offSkips() throws {
        let filters = try Self.chain("[{to: api, filters: {limit: off}}]", filters: Self.chain)
        #expect(filters.map(\.name) == ["bare", "tag"])
    }

    @Test func offInTheChainKeepsThePlace() throws {
        let chain = "[bare, tag: off, limit: {requests: 5, per: hour}]"
        #expect(try Self.chain("[{to: api}]", filters: chain).map(\.name) == ["bare", "limit"])
        let filters = try Self.chain("[{to: api, filters: {tag: {name: b}}}]", filters: chain)
        #expect(filters.map(\.name) == ["bare", "tag", "limit"])
        #expect((filters[1].factory as? TagFactory)?.configuration.name == "b")
    }

    @Test func offSwitchesEveryOneOff() throws {
        let filters = try Self.chain("[{to: api, filters: {bare: off}}]", filters: "[bare, bare]")
        #expect(filters.isEmpty)
    }

    @Test func whatIsWrittenOnceIsMadeOnce() throws {
        let configuration = try Self.configuration(
            """

                  - {match: {path: /a}, to: api}
                  - match: {path: /b}
                    to: api
                    filters: &strict {limit: {requests: 1, per: second}}
                  - {match: {path: /c}, to: api, filters: *strict}
                  - {match: {path: /d}, to: api, filters: {limit: {requests: 1, per: second}}}
                  - {match: {path: /e}, to: api, filters: {tag: off}}
                  - {match: {path: /f}, to: api, filters: {tag: off}}
            """, filters: Self.chain)
        let listener = configuration.listeners[0]
        // The same text in two places is two limits: each route counts for itself. An alias is one.
        #expect(listener.served.chainIndexes == [0, 1, 1, 2, 3, 3])
        #expect(listener.chain === listener.served.effectiveChains[0])
        #expect(configuration.filters.map(\.name) == ["bare", "limit", "tag", "limit", "limit"])
        #expect(listener.served.effectiveChains[1].filters[0] === listener.chain.filters[0])
    }

    @Test func listenersShareNamedChains() throws {
        let loaded = load(
            """
            chains:
              common: [bare, {chain: more}]
              more: [limit: {requests: 5, per: hour}]
            listeners:
              - {address: 127.0.0.1:80, filters: common, routes: [{respond: {}}]}
              - {address: 127.0.0.1:81, filters: common, routes: [{respond: {}}]}
              - {address: 127.0.0.1:82, filters: [{chain: more}], routes: [{respond: {}}]}
            """)
        let configuration = try #require(loaded.configuration)
        let listeners = configuration.listeners
        #expect(listeners[0].chain === listeners[1].chain)
        #expect(listeners[2].chain.filters[0] === listeners[0].chain.filters[1])
        #expect(configuration.filters.count == 2)
        #expect(loaded.diagnostics.items.isEmpty)
    }

    @Test func settingsSayWhereTheyComeFrom() throws {
        let filters = try Self.chain(
            "[{to: api}]", filters: "[limit: {requests: 5, per: hour}]")
        let told = filters[0].settings.map { setting in
            "\(setting.path)=\(setting.value) \(setting.origin.rawValue) "
                + (setting.mark.map { "\($0)" } ?? "-")
        }
        #expect(
            told == [
                "requests=5 chain 4:33", "per=hour chain 4:41", "key=client-address default -",
            ])
    }
}
