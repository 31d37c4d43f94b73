import RateLimitFilter
import Testing
import WeirFilter
import WeirTesting

@Suite struct ConfigurationTests {
    private func path(_ configuration: TestConfiguration) -> [String]? {
        TestFilter(RateLimit.self, configuration).configurationError?.path
    }

    /// A good limit with one field changed.
    private func path(_ field: String, _ value: TestConfiguration) -> [String]? {
        let fields: [(key: String, value: TestConfiguration)] = [
            ("requests", 10), ("per", "second"),
        ]
        return path(
            .mapping(fields.filter { $0.key != field } + [(key: field, value: value)]))
    }

    @Test func eachFieldIsChecked() {
        #expect(path("key", "client-address") == nil)
        #expect(path("key", ["client", "route"]) == nil)
        #expect(path("key", "colour") == ["key"])
        #expect(path("key", ["client", "colour"]) == ["key", "1"])
        #expect(path("requests", 0) == ["requests"])
        #expect(path("requests", 1_000_000_001) == ["requests"])
        #expect(path("requests", "many") == ["requests"])
        #expect(path("per", "fortnight") == ["per"])
        #expect(path("per", "0s") == ["per"])
        #expect(path("per", "366d") == ["per"])
        #expect(path("per", "10s") == nil)
        #expect(path("burst", 0) == ["burst"])
        #expect(path("burst", 1_000_000_000) == nil)
        #expect(path(["requests": 1, "per": "day", "burst": 4000]) == ["burst"])
        #expect(path("cost", 0) == ["cost"])
        #expect(path("cost", 11) == ["cost"])
        #expect(path("cost", ["header": "x cost", "max": 2]) == ["cost", "header"])
        #expect(path("cost", ["header": "x-cost", "max": 11]) == ["cost", "max"])
        #expect(path("cost", ["header": "x-cost"]) == ["cost"])
        #expect(path("missing-key", "guess") == ["missing-key"])
        #expect(path("when", [:]) == ["when"])
        #expect(path("when", ["colour": "red"]) == ["when", "colour"])
        #expect(path("name", "no spaces") == ["name"])
        #expect(path("max-keys", 0) == ["max-keys"])
        #expect(path("ipv6-prefix", 129) == ["ipv6-prefix"])
        #expect(path("headers", "all") == ["headers"])
        #expect(path("status", 200) == ["status"])
        #expect(path("store", "attic") == ["store"])
        #expect(path("shadow", "perhaps") == ["shadow"])
        #expect(path("reqests", 1) == ["reqests"])
    }

    @Test func aLimitNeedsItsNumbers() {
        #expect(path([:]) == [])
        #expect(path(["requests": 1]) == [])
        #expect(path(["per": "second"]) == [])
        #expect(path(["limits": []]) == ["limits"])
        #expect(path(["limits": [["requests": 1]]]) == ["limits", "0"])
        #expect(path(["limits": [["requests": 0, "per": "1s"]]]) == ["limits", "0", "requests"])
        #expect(path(["requests": 1, "limits": [["requests": 1, "per": "1s"]]]) == ["requests"])
        let limit: TestConfiguration = ["requests": 1, "per": "1s"]
        #expect(path(["limits": [limit, limit]]) == ["limits", "1", "name"])
        #expect(path(["limits": .list(Array(repeating: limit, count: 17))]) == ["limits"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        func errors(_ store: TestConfiguration, but other: String) throws -> [String] {
            let all: TestConfiguration = ["requests": 1, "per": "second", "store": store]
            return try TestFilter(RateLimit.self, all).documentationErrors()
                .filter { !$0.hasPrefix("`store.\(other).") }
        }
        let redis: TestConfiguration = ["cluster": "c", "when-unavailable": "deny"]
        #expect(try errors(["redis": redis], but: "service") == [])
        let service: TestConfiguration = [
            "cluster": "c", "domain": "d", "when-unavailable": "deny", "entries": [:],
        ]
        #expect(try errors(["service": service], but: "redis") == [])
    }
}
