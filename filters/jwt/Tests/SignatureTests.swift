import Testing
import WeirBase

@testable import JwtFilter

/// Signatures that must not pass, after the kinds of fault that Wycheproof looks for.
@Suite struct SignatureTests {
    private static let algorithms = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "Ed25519", "Ed448",
    ]
    private let message = "header.claims"

    private func verifies(_ key: TestKey, _ signature: [UInt8], _ algorithm: String) throws -> Bool
    {
        let known = try #require(SignatureAlgorithm(rawValue: algorithm))
        return try webKey(key.jwk()).isSigned(Array(message.utf8), signature, known)
    }

    @Test(arguments: algorithms)
    func everyAlgorithmVerifies(_ algorithm: String) throws {
        let key = TestKey.fit(algorithm)
        let signature = key.sign(message, algorithm)
        #expect(try verifies(key, signature, algorithm))
        for other in Self.algorithms where other != algorithm {
            // The old name and the new one of an Edwards curve (RFC 9864).
            let isTheSame =
                Set([algorithm, other]) == ["EdDSA", "Ed25519"]
                || (algorithm, other) == ("Ed448", "EdDSA")
            #expect(try verifies(key, signature, other) == isTheSame, "by \(other)")
        }
    }

    @Test(arguments: algorithms)
    func anotherLengthIsRefused(_ algorithm: String) throws {
        let key = TestKey.fit(algorithm)
        let signature = key.sign(message, algorithm)
        for bad in [
            [], [0], [0] + signature, signature + [0], Array(signature.dropFirst()),
            Array(signature.dropLast()), signature + signature,
            [UInt8](repeating: 0, count: signature.count),
            [UInt8](repeating: 255, count: signature.count),
        ] {
            #expect(try !verifies(key, bad, algorithm), "\(bad.count) bytes")
        }
    }

    /// The order of each curve's points; a half of that size stands for zero.
    private static let orders: [(algorithm: String, order: String)] = [
        ("ES256", "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
        (
            "ES384",
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC19"
                + "6ACCC52973"
        ),
        (
            "ES512",
            "01" + String(repeating: "FF", count: 32)
                + "FA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"
        ),
    ]

    @Test(arguments: orders)
    func numbersOutsideTheCurveAreRefused(_ algorithm: String, _ order: String) throws {
        let key = TestKey.fit(algorithm)
        let signature = key.sign(message, algorithm)
        let size = signature.count / 2
        let digits = Array(order.utf8)
        let order: [UInt8] = stride(from: 0, to: digits.count, by: 2).map {
            digits[$0].hexValue! << 4 | digits[$0 + 1].hexValue!
        }
        #expect(order.count == size)
        let (r, s) = (Array(signature[..<size]), Array(signature[size...]))
        let zero = [UInt8](repeating: 0, count: size)
        let one = Array(zero.dropLast()) + [1]
        for (first, second) in [
            (zero, s), (r, zero), (zero, zero), (one, zero), (zero, one), (one, one), (order, s),
            (r, order), (order, order), (s, r), (order, one), (one, order),
        ] as [([UInt8], [UInt8])] {
            #expect(try !verifies(key, first + second, algorithm))
        }
        // In DER, which tokens do not use (RFC 7518, section 3.4).
        let inDER = try #require(der(signature, halfSize: size))
        #expect(try !verifies(key, inDER, algorithm))
    }

    @Test func derIsWrittenAsItsRulesWant() {
        let high: [UInt8] = [0x80] + [UInt8](repeating: 1, count: 31)
        let low: [UInt8] = [0, 0, 0x7F] + [UInt8](repeating: 2, count: 29)
        let expected: [UInt8] = [0x30, 2 + 33 + 2 + 30, 2, 33, 0] + high + [2, 30] + low[2...]
        #expect(der(high + low, halfSize: 32) == expected)
        // P-521 needs the long form of a length.
        let long = [UInt8](repeating: 0x81, count: 132)
        #expect(der(long, halfSize: 66)?.prefix(3) == [0x30, 0x81, 138])
    }

    @Test func anotherKeyOfTheKindDoesNotVerify() throws {
        for kind in [TestKey.Kind.p256, .ed25519] {
            let (one, other) = (TestKey(kind), TestKey(kind))
            let algorithm = kind == .p256 ? "ES256" : "EdDSA"
            #expect(try verifies(one, one.sign(message, algorithm), algorithm))
            #expect(try !verifies(other, one.sign(message, algorithm), algorithm))
        }
    }
}
