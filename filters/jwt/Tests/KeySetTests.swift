import Testing
import WeirBase

@testable import JwtFilter

@Suite struct KeySetTests {
    private func read(_ text: String) throws(KeySet.Fault) -> KeySet {
        try KeySet(Array(text.utf8).span)
    }

    private let ec = TestKey.fit("ES256")
    private let rsa = TestKey.fit("RS256")

    @Test func keysThatCannotBeUsedAreLeftOut() throws {
        let ed = TestKey.fit("EdDSA")
        let set = "{\"keys\":[\(ec.jwk(["use": "enc"])),\(ed.jwk(["x": "AAAA"])),\(rsa.jwk())]}"
        let keys = try read(set)
        #expect(keys.keys.count == 1)
        #expect(
            keys.notes == [
                "key 0 of the set is not used: its use is not `sig`",
                "key 1 of the set is not used: its x has another length than its crv wants",
            ])
    }

    @Test(
        arguments: [
            (["use": "enc"], "its use is not `sig`"),
            (["kty": "oct", "k": "AAAA"], "shared secret"),
            (["kty": "DSA"], "its kty is unknown"), (["kty": nil], "its kty is unknown"),
            (["alg": "RSA-OAEP"], "its alg is unknown"),
            (["alg": "RS256"], "its alg is of another kty"),
            (["alg": "ES384"], "its alg is of another kty"),
            (["d": "AAAA"], "it holds a private key"),
            (["crv": "P-192"], "its crv is unknown"), (["crv": "secp256k1"], "its crv is unknown"),
            (["crv": "P-384"], "another length"), (["x": nil], "its x is missing"),
            (["y": "A+B="], "its y is missing or no base64url"), (["x": "AAAA"], "another length"),
            (["kty": "RSA"], "its n is missing"), (["kty": "OKP"], "its crv is unknown"),
        ] as [([String: String?], String)])
    func badKeysSayWhy(_ changes: [String: String?], _ reason: String) throws {
        let error = #expect(throws: KeySet.Fault.self) {
            try read("{\"keys\":[\(ec.jwk(changes))]}")
        }
        #expect(error?.description.contains(reason) == true, "\(error as Any)")
    }

    @Test func aPointBesideTheCurveIsNoKey() throws {
        let other = TestKey(.p256)
        let mixed = ec.jwk(["y": other.members["y"]])
        let error = #expect(throws: KeySet.Fault.self) { try read("{\"keys\":[\(mixed)]}") }
        #expect(error?.description.contains("no point of its crv") == true)
    }

    @Test func weakNumbersAreNoRSAKey() throws {
        let small = TestKey(.rsa, bits: 1024)
        func reason(_ key: String) -> String {
            do {
                _ = try read("{\"keys\":[\(key)]}")
                return ""
            } catch { return "\(error)" }
        }
        #expect(reason(small.jwk()).contains("fewer than 2048 bits"))
        let huge = base64URL([0x80] + [UInt8](repeating: 1, count: 1100))
        #expect(reason(rsa.jwk(["n": huge])).contains("more than 8192 bits"))
        let long = base64URL([UInt8](repeating: 255, count: 9))
        for exponent in ["AQ", "AAE", "AAAB", "Ag", "AAI", "AAAA", long] {
            #expect(reason(rsa.jwk(["e": exponent])).contains("of no RSA key"), "\(exponent)")
        }
        // Zeros before it change no number.
        for exponent in ["AQAB", "AAEAAQ", base64URL([UInt8](repeating: 0, count: 9) + [3])] {
            #expect(reason(rsa.jwk(["e": exponent])).isEmpty, "\(exponent)")
        }
    }

    @Test func keysMustBeMeantForVerifying() throws {
        func set(_ operations: String) -> String {
            "{\"keys\":[\(ec.jwk().dropLast()),\"key_ops\":\(operations)}]}"
        }
        #expect(try read(set(#"["verify"]"#)).keys.count == 1)
        #expect(throws: KeySet.Fault.self) { try read(set(#"["sign"]"#)) }
        #expect(throws: KeySet.Fault.self) { try read(set("[]")) }
        #expect(throws: KeySet.Fault.self) { try read(set(#""verify""#)) }
        #expect(throws: KeySet.Fault.self) { try read(set("7")) }
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[1,null,"x"]}"#,
        #"{"keys":[],"keys":[]}"#, "<html>", #"{"keys":[{"kid":1}]}"#,
    ])
    func otherTextIsNoSet(_ text: String) {
        #expect(throws: KeySet.Fault.self) { try read(text) }
    }

    @Test func setsAreBounded() {
        let many = Array(repeating: ec.jwk(), count: 101).joined(separator: ",")
        #expect(throws: KeySet.Fault.self) { try read("{\"keys\":[\(many)]}") }
        let long = "{\"keys\":[\(ec.jwk())],\"x\":\"\(String(repeating: "x", count: 300_000))\"}"
        #expect(throws: KeySet.Fault.self) { try read(long) }
    }

    @Test func noFaultShowsWhatIsInTheSet() {
        let error = #expect(throws: KeySet.Fault.self) {
            try read(#"{"keys":[{"kty":"oct","k":"topsecret"}]}"#)
        }
        #expect(error?.description.contains("topsecret") == false)
    }

    @Test func fewKeysAreTried() throws {
        let keys = (0..<10).map { _ in ec.jwk(["kid": nil]) }.joined(separator: ",")
        #expect(try read("{\"keys\":[\(keys)]}").candidates(nil, .es256).count == 4)
    }
}
