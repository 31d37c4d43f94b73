import OpenSSLDigest
import Testing

@Suite struct SHA256Tests {
    private func digest(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return SHA256Hasher().digest(bytes.span).description
    }

    /// The examples that NIST publishes with FIPS 180-4.
    @Test func publishedExamples() {
        #expect(
            digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func oneAfterTheOtherAndInPieces() {
        let hasher = SHA256Hasher()
        let bytes: [UInt8] = [1, 2, 3]
        let first = hasher.digest(bytes.span)
        for range in [0..<1, 1..<1, 1..<3] { hasher.update(bytes.span.extracting(range)) }
        #expect(hasher.finish() == first)
        let other = hasher.digest(bytes.span.extracting(0..<2))
        #expect(other != first)
    }

    @Test func textIsReadBack() throws {
        let bytes: [UInt8] = [7]
        let digest = SHA256Hasher().digest(bytes.span)
        #expect(SHA256Digest(digest.description) == digest)
        #expect(SHA256Digest(digest.description.uppercased()) == digest)
        let zeros = String(repeating: "0", count: 64)
        #expect(try #require(SHA256Digest(zeros)).description == zeros)
        #expect(SHA256Digest(String(zeros.dropLast())) == nil)
        #expect(SHA256Digest(zeros + "0") == nil)
        #expect(SHA256Digest(String(zeros.dropLast()) + "g") == nil)
    }

    /// A difference in any bit counts.
    @Test func everyBitCounts() throws {
        let zeros = String(repeating: "0", count: 64)
        let none = try #require(SHA256Digest(zeros))
        for index in 0..<64 {
            for digit in ["1", "2", "4", "8"] {
                let text = zeros.prefix(index) + digit + zeros.dropFirst(index + 1)
                let other = try #require(SHA256Digest(String(text)))
                #expect(other != none)
                #expect(other.description == text)
            }
        }
    }

    @Test func randomBytesDiffer() {
        #expect(unguessableBytes(32).count == 32)
        #expect(unguessableBytes(32) != unguessableBytes(32))
        #expect(unguessableBytes(0).isEmpty)
    }
}
