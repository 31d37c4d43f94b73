import Testing
import WeirFilter
import WeirTesting

/// What an operator is told about a condition that makes no sense.
@Suite struct RequestConditionErrorTests {
    private func error(_ configuration: TestConfiguration) -> ConfigurationError? {
        do {
            _ = try Asked.condition(configuration)
            return nil
        } catch { return error as? ConfigurationError }
    }

    private static let faults: [(TestConfiguration, [String])] = [
        ([:], []),
        (["methods": []], ["methods"]),
        (["methods": "GET /"], ["methods"]),
        (["methods": ["GET", "G T"]], ["methods", "1"]),
        (["paths": ["/a", "b"]], ["paths", "1"]),
        (["hosts": "example.com:80"], ["hosts"]),
        (["hosts": ["*"]], ["hosts", "0"]),
        (["hosts": "a..b"], ["hosts"]),
        (["hosts": "2001:db8::1"], ["hosts"]),
        (["headers": ["x a": "1"]], ["headers", "x a"]),
        (["headers": ["x-a": "a*b"]], ["headers", "x-a"]),
        (["headers": ["x-a": ["a", "**"]]], ["headers", "x-a", "1"]),
        (["headers": ["x-a": []]], ["headers", "x-a"]),
        (["query": ["q": "a*b"]], ["query", "q"]),
        (["client-addresses": "10.0.0.1/8"], ["client-addresses"]),
        (["client-addresses": ["10.0.0.0/8", "x"]], ["client-addresses", "1"]),
        (["clients": "a*b"], ["clients"]),
        (["claims": ["a..b": "1"]], ["claims", "a..b"]),
        (["certificate": ["subject": "*Example"]], ["certificate", "subject"]),
        (["certificate": ["subject": ["CN=a", "*,O=*"]]], ["certificate", "subject", "1"]),
        (["certificate": ["uris": "absent"]], ["certificate", "uris"]),
        (["certificate": ["dns-names": ["*"]]], ["certificate", "dns-names", "0"]),
        (["certificate": ["fingerprints": "ab"]], ["certificate", "fingerprints"]),
        (["listeners": []], ["listeners"]),
        (["headers": [:]], ["headers"]),
        (["query": [:]], ["query"]),
        (["claims": [:]], ["claims"]),
        (["paths": "/admin/**", "claims": [:]], ["claims"]),
        (["not": ["claims": [:]]], ["not", "claims"]),
        (["not": [:]], ["not"]),
        (["not": ["not": ["paths": "a"]]], ["not", "not", "paths"]),
        // What is left empty would mean more requests than its writer thinks.
        (["methods": "GET", "paths": nil], ["paths"]),
        (["certificate": nil], ["certificate"]),
        (["certificate": ["dns-names": nil]], ["certificate", "dnsNames"]),
        (["metods": "GET"], ["metods"]),
    ]

    @Test(arguments: faults.indices)
    func theFieldIsNamed(_ index: Int) {
        let (configuration, path) = Self.faults[index]
        #expect(error(configuration)?.path == path, "\(configuration)")
    }

    @Test func messagesSayWhatIsExpected() {
        #expect(error([:])?.message.contains("expected at least one of methods") == true)
        #expect(error(["methods": "G T"])?.message.contains("found `G T`") == true)
        #expect(error(["hosts": "a:1"])?.message.contains("without port") == true)
        #expect(error(["client-addresses": "10.0.0.1/8"])?.message.contains("bits set") == true)
    }
}
