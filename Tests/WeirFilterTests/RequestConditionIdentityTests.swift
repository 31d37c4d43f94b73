import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// Conditions on who the client is.
@Suite struct RequestConditionIdentityTests {
    private func asked(_ identities: ClientIdentity...) throws -> Asked {
        let asked = try Asked()
        for identity in identities { asked.stream.identify(identity) }
        return asked
    }

    private func claims(_ members: (String, JSONValue)...) -> JSONValue {
        .object(members.map { JSONValue.Member($0.0, $0.1) })
    }

    private func secure(_ certificate: PeerCertificate?) throws -> Asked {
        let asked = try Asked()
        asked.stream.security = ConnectionSecurity(
            version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", serverName: nil,
            applicationProtocol: "", isResumed: false, peer: certificate)
        return asked
    }

    private func certificate(
        _ subject: String = "CN=build-7,O=Example", isVerified: Bool = true
    ) -> PeerCertificate {
        PeerCertificate(
            isVerified: isVerified, subject: subject, issuer: "CN=ca", serial: "01",
            fingerprint: String(repeating: "ab", count: 32), dnsNames: ["b7.build.example"],
            uris: ["spiffe://example.com/build/7"])
    }

    @Test func clientsByAnyIdentity() throws {
        let partner = ClientIdentity(name: "partner", source: "api-key")
        let alice = ClientIdentity(name: "alice", source: "jwt")
        #expect(try asked(partner).meets(["clients": ["other", "partner"]]))
        #expect(try asked(partner, alice).meets(["clients": "partner"]))
        #expect(try asked(partner, alice).meets(["clients": "al*"]))
        #expect(try !asked(alice).meets(["clients": "partner"]))
        #expect(try asked(alice).meets(["clients": "*"]))
        #expect(try !asked().meets(["clients": "*"]))
        #expect(try asked().meets(["clients": "absent"]))
        #expect(try !asked(alice).meets(["clients": "absent"]))
    }

    @Test func claimsOfOneIdentity() throws {
        let token = ClientIdentity(
            name: "alice", source: "jwt",
            claims: claims(
                ("role", .string("user")), ("groups", .array([.string("dev"), .integer(7)])),
                ("realm", claims(("roles", .array([.string("ops")])))), ("vip", .bool(true)),
                ("scope", .string("read write")), ("nothing", .null)))
        #expect(try asked(token).meets(["claims": ["role": "user", "vip": true]]))
        #expect(try asked(token).meets(["claims": ["groups": ["ops", "dev"]]]))
        #expect(try asked(token).meets(["claims": ["groups": 7, "realm.roles": "ops"]]))
        #expect(try !asked(token).meets(["claims": ["groups": "de"]]))
        #expect(try !asked(token).meets(["claims": ["role": "user", "vip": false]]))
        #expect(try asked(token).meets(["claims": ["scope": "write"]]))
        #expect(try !asked(token).meets(["claims": ["scope": "writ"]]))
        // Other texts are no lists of words.
        #expect(try asked(token).meets(["claims": ["realm": "*"]]))
        #expect(try !asked(token).meets(["claims": ["realm": "ops"]]))
        #expect(try asked(token).meets(["claims": ["banned": "absent", "nothing": "absent"]]))
        // What is missing is not vouched for by nobody.
        #expect(try !asked().meets(["claims": ["banned": "absent"]]))
        #expect(try asked().meets(["not": ["claims": ["role": "user"]]]))
    }

    @Test func claimsOfTwoIdentitiesAreNotPutTogether() throws {
        let first = ClientIdentity(
            name: "a", source: "jwt",
            claims: claims(("iss", .string("inner")), ("role", .string("user"))))
        let second = ClientIdentity(
            name: "b", source: "jwt",
            claims: claims(("iss", .string("outer")), ("role", .string("admin"))))
        for asked in [try asked(first, second), try asked(second, first)] {
            #expect(try !asked.meets(["claims": ["iss": "inner", "role": "admin"]]))
            #expect(try asked.meets(["claims": ["iss": "inner", "role": "user"]]))
            #expect(try asked.meets(["claims": ["role": "admin"]]))
        }
    }

    @Test func certificatesHaveToBeVerified() throws {
        let any: TestConfiguration = ["certificate": [:]]
        #expect(try secure(certificate()).meets(any))
        #expect(try !secure(certificate(isVerified: false)).meets(any))
        #expect(try !secure(nil).meets(any))
        #expect(try !Asked().meets(any))
        #expect(try secure(nil).meets(["not": any]))
    }

    @Test func namesInCertificates() throws {
        func holds(_ fields: TestConfiguration) throws -> Bool {
            try secure(certificate()).meets(["certificate": fields])
        }
        #expect(try holds(["subject": "CN=build-7,O=Example"]))
        #expect(try holds(["subject": ["CN=a", "CN=build-*"]]))
        #expect(try holds(["subject": "*,O=Example"]))
        #expect(try !holds(["subject": "CN=build-7"]))
        #expect(try !holds(["subject": "cn=build-7,o=example"]))
        #expect(try holds(["dns-names": "*.build.example"]))
        #expect(try holds(["dns-names": ["other.example", "B7.build.example"]]))
        #expect(try !holds(["dns-names": "build.example"]))
        #expect(try holds(["uris": "spiffe://example.com/build/*"]))
        #expect(try !holds(["uris": "spiffe://example.com/build"]))
        let digest = String(repeating: "AB:", count: 31) + "AB"
        #expect(try holds(["fingerprints": .text(digest)]))
        #expect(try !holds(["fingerprints": .text(String(repeating: "ac", count: 32))]))
        #expect(try holds(["subject": "CN=build-*", "uris": "*"]))
        #expect(try !holds(["subject": "CN=build-*", "uris": "https:*"]))
    }

    @Test func anEscapedCommaIsPartOfAValue() throws {
        let names = ["CN=x\\,O=Example": false, "CN=x\\\\,O=Example": true, ",O=Example": true]
        for (subject, isMeant) in names {
            let asked = try secure(certificate(subject))
            #expect(try asked.meets(["certificate": ["subject": "*,O=Example"]]) == isMeant)
        }
    }
}
