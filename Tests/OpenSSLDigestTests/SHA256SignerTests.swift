import OpenSSLDigest
import Testing

@Suite struct SHA256SignerTests {
    private func bytes(_ byte: UInt8, _ count: Int) -> [UInt8] {
        Array(repeating: byte, count: count)
    }

    private func signature(_ key: [UInt8], _ data: [UInt8]) -> String {
        SHA256Signer(key: key.span).sign(data.span).description
    }

    /// The test cases of RFC 4231, section 4; case 5 is about a truncated signature.
    @Test func publishedExamples() {
        #expect(
            signature(bytes(0x0B, 20), Array("Hi There".utf8))
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        #expect(
            signature(Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            signature(bytes(0xAA, 20), bytes(0xDD, 50))
                == "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe")
        #expect(
            signature(Array(1...25), bytes(0xCD, 50))
                == "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b")
        #expect(
            signature(bytes(0x0C, 20), Array("Test With Truncation".utf8)).prefix(32)
                == "a3b6167473100ee06e0c796c2955552b")
        #expect(
            signature(
                bytes(0xAA, 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
        #expect(
            signature(
                bytes(0xAA, 131),
                Array(
                    ("This is a test using a larger than block-size key and a larger than "
                        + "block-size data. The key needs to be hashed before being used by the "
                        + "HMAC algorithm.").utf8))
                == "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2")
    }

    @Test func oneAfterTheOtherAndInPieces() {
        let (key, otherKey) = (Array("key".utf8), Array("kex".utf8))
        let signer = SHA256Signer(key: key.span)
        let data: [UInt8] = [1, 2, 3]
        let whole = signer.sign(data.span)
        for range in [0..<1, 1..<1, 1..<3] { signer.update(data.span.extracting(range)) }
        #expect(signer.finish() == whole)
        let nothing: [UInt8] = []
        #expect(signer.finish() == signer.sign(nothing.span))
        let other = SHA256Signer(key: otherKey.span).sign(data.span)
        #expect(other != whole)
    }

    @Test func bytesAreTheDigits() {
        let key = bytes(1, 3)
        let data = bytes(2, 3)
        let digest = SHA256Signer(key: key.span).sign(data.span)
        #expect(digest.bytes.count == 32)
        let digits = digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(digits == digest.description)
    }
}
