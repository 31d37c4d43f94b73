import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// What a configuration may say, and where.
@Suite struct ConfigurationTests {
    private static let pair: TestConfiguration = [["chain": "a.pem", "key": "a.key"]]

    private static func read(_ configuration: TestConfiguration) throws -> Tls {
        try Tls(TestFilter.decode(Tls.Configuration.self, from: configuration))
    }

    private static func problem(
        _ side: ConnectionSide, _ configuration: TestConfiguration
    ) -> String {
        do {
            try read(configuration).validate(for: side)
            return ""
        } catch let error as ConfigurationError {
            return error.description
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            (["certificates": []], "certificates: expected at least one certificate"),
            (
                ["min-version": "1.3", "max-version": "1.2"],
                "min-version: 1.3 is above `max-version`, which is 1.2"
            ),
            (
                ["certificates": pair, "session-tickets": ["rotate": "10ms"]],
                "session-tickets.rotate: expected 1s to 168h, found `10ms`"
            ),
            (
                ["certificates": pair, "session-tickets": ["keep": -1]],
                "session-tickets.keep: expected 0 to 100, found -1"
            ),
            (
                ["certificates": pair, "client-certificates": ["mode": "required"]],
                "client-certificates: expected `ca`: the authorities whose certificates are good"
            ),
            (
                ["certificates": pair, "client-certificates": ["mode": "off", "ca": "x"]],
                "client-certificates.ca: `mode: off` asks clients for no certificate, so nothing "
                    + "is checked with it"
            ),
            (
                [
                    "certificates": pair,
                    "client-certificates": ["mode": "optional", "ca": "x", "depth": 99],
                ],
                "client-certificates.depth: expected 0 to 20, found 99"
            ),
            (
                ["certificates": [["chain": "a", "key": "b", "names": ["a.example", "a b"]]]],
                "certificates.0.names.1: expected a host name such as www.example.com or "
                    + "*.example.com, found `a b`"
            ),
            (["ciphers": " "], "ciphers: the list is empty; leave it out for the default"),
            (["unsafe-security-level": 6], "unsafe-security-level: expected 0 to 5, found 6"),
            (
                ["server-name": "a b"],
                "server-name: expected a host name such as api.example.com or an IP address, found "
                    + "`a b`"
            ),
            (
                ["unsafe-skip-verify": true, "ca": "x"],
                "ca: `unsafe-skip-verify` takes any certificate, so this has no effect"
            ),
        ] as [(TestConfiguration, String)])
    func refusesWhatMakesNoSense(_ configuration: TestConfiguration, _ message: String) {
        #expect(Self.problem(.upstream, configuration) == message)
    }

    @Test(
        arguments: [
            ("certificates", pair), ("client-certificates", ["mode": "off"]),
            ("session-tickets", "off"), ("strict-sni", true),
        ] as [(String, TestConfiguration)])
    func clustersHaveNoFieldsOfListeners(_ field: String, _ value: TestConfiguration) {
        #expect(
            Self.problem(.upstream, .mapping([(field, value)]))
                == "\(field): it belongs to listeners: it says how clients are talked to")
    }

    @Test(
        arguments: [
            ("certificate", ["chain": "a", "key": "b"]), ("ca", "system"), ("crl", "x"),
            ("server-name", "a.example"), ("session-reuse", false), ("unsafe-skip-verify", true),
        ] as [(String, TestConfiguration)])
    func listenersHaveNoFieldsOfClusters(_ field: String, _ value: TestConfiguration) {
        let configuration = TestConfiguration.mapping([
            ("certificates", Self.pair), (field, value),
        ])
        #expect(
            Self.problem(.downstream, configuration)
                == "\(field): it belongs to clusters: it says how endpoints are talked to")
    }

    @Test func eachSideHasWhatItNeeds() throws {
        #expect(Self.problem(.upstream, [:]) == "")
        #expect(Self.problem(.downstream, ["certificates": Self.pair]) == "")
        #expect(
            Self.problem(.downstream, [:])
                == "expected `certificates`: a listener has to show one to its clients")
        let staple: TestConfiguration = [
            "certificate": ["chain": "a", "key": "b", "ocsp-staple": "c"]
        ]
        #expect(
            Self.problem(.upstream, staple)
                == "certificate.ocsp-staple: it belongs to the certificates of a listener")
        let factory = try Self.read([:])
        let accepted = AcceptedConnection(
            transport: MemoryTransport(), peer: nil, listener: "l", protocols: [])
        guard case .refuse(let cause) = factory.accept(accepted) else {
            Issue.record("a listener without a certificate was served")
            return
        }
        #expect(cause.description == "tls_no_certificates")
    }

    @Test func namesAlgorithmsThatAreUnknown() throws {
        for (field, value) in [
            ("ciphers", "NONSENSE"), ("cipher-suites", "TLS_NONSENSE"), ("groups", "X1"),
        ] {
            let factory = try Self.read(.mapping([(field, .text(value))]))
            let error = #expect(throws: ConfigurationError.self) {
                try factory.provision(TestServices())
            }
            #expect(error?.path == [field])
            #expect(error?.message.contains("`\(value)`") == true)
        }
    }

    @Test func readsEveryForm() throws {
        let off = try TestFilter.decode(Tls.Configuration.self, from: ["session-tickets": "off"])
        guard case .off? = off.sessionTickets else {
            Issue.record("`off` was not read")
            return
        }
        let times = try TestFilter.decode(
            Tls.Configuration.self, from: ["session-tickets": ["rotate": "1h"]])
        guard case .on(let rotate, let keep)? = times.sessionTickets else {
            Issue.record("times were not read")
            return
        }
        #expect(rotate.interval == .seconds(3600))
        #expect(keep == 2)
    }

    @Test func documentsEveryField() {
        let names = Tls.documentation.fields.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
