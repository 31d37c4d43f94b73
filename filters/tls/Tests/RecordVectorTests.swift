import COpenSSL
import Testing
import WeirBase

@testable import TlsFilter

/// The trace of a simple handshake (RFC 8448, section 3): its secrets, keys and records.
@Suite struct RecordVectorTests {
    private static let client = bytes(
        "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5")
    private static let server = bytes(
        "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643")
    private static let content = (0..<50).map { UInt8($0) }
    private static let clientContent = bytes(
        """
        1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a
        20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4
        """)
    private static let clientEnd = bytes("1703030013c9872760655666b74d7ff1153efd6db6d0b0e3")
    /// The server's first record with this key.
    private static let ticket = bytes(
        """
        17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c7
        58db289a015940252f55713e061dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1
        b6c0d4a3d03f75e09c30ba1e62972ac46f75f7b981be63439b2999ce13064615139891d5e4c5b406f16e3fc1
        81a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c86519d86cbeeac87aac347d143f9605d64f6
        50db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779
        b37bf15985684f
        """)
    private static let serverContent = bytes(
        """
        17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb
        501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d
        """)
    private static let serverEnd = bytes("1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9")

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap(\.hexValue)
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private let suite: RecordSuite

    init() throws { suite = try #require(RecordSuite(0x1301)) }

    @Test func derivesTheTracesKeys() {
        #expect(
            suite.expand(Self.server, "key", 16) == Self.bytes("9f02283b6c9c07efc26bb9f2ac92e356"))
        #expect(suite.expand(Self.server, "iv", 12) == Self.bytes("cf782b88dd83549aadf1e984"))
        #expect(
            suite.expand(Self.client, "key", 16) == Self.bytes("17422dda596ed5d9acd890e3c63f5051"))
        #expect(suite.expand(Self.client, "iv", 12) == Self.bytes("5b78923dee08579033e523d9"))
    }

    /// The layer as the server has it after the handshake: one ticket was sent.
    @Test func playsTheServer() throws {
        let secrets = TrafficSecrets(client: Self.client, server: Self.server)
        let layer = try #require(RecordLayer(suite, secrets, sentRecords: 1))
        let buffer = ByteBuffer(capacity: 1024)
        #expect(layer.receive(Self.clientContent, to: buffer) == .content)
        #expect(buffer.array == Self.content)
        #expect(layer.receive(Self.clientEnd, to: buffer) == .end)
        #expect(buffer.array == Self.content)
        let output = ByteBuffer(capacity: 16)
        #expect(layer.send(Self.content, to: output))
        #expect(output.array == Self.serverContent)
        output.clear()
        layer.send(alert: Alert.closeNotify, to: output)
        #expect(output.array == Self.serverEnd)
    }

    /// Both directions the other way round, and the ticket that OpenSSL would have written.
    @Test func playsTheClient() throws {
        let writer = try #require(
            RecordKey(suite, secret: Self.client, sequence: 0, isWriter: true))
        let output = ByteBuffer(capacity: 16)
        #expect(writer.seal(Self.content, kind: 23, to: output))
        #expect(output.array == Self.clientContent)
        output.clear()
        #expect(writer.seal([1, 0], kind: 21, to: output))
        #expect(output.array == Self.clientEnd)
        let reader = try #require(
            RecordKey(suite, secret: Self.server, sequence: 0, isWriter: false))
        let buffer = ByteBuffer(capacity: 1024)
        let message = try #require(reader.open(Self.ticket, to: buffer))
        #expect(message.kind == 22)
        #expect(message.other.count == 205)
        #expect(message.other.prefix(4) == [4, 0, 0, 201])
        #expect(reader.open(Self.serverContent, to: buffer)?.kind == 23)
        #expect(buffer.array == Self.content)
        #expect(reader.open(Self.serverEnd, to: buffer)?.other == [1, 0])
        #expect(reader.sequence == 3)
    }

    /// RFC 8446, section 7.2, computed with OpenSSL's own HMAC.
    @Test(arguments: [UInt16(0x1301), 0x1302, 0x1303])
    func derivesAsOpenSSLDoes(_ number: UInt16) throws {
        let suite = try #require(RecordSuite(number))
        let secret = (0..<suite.digestSize).map { UInt8($0 * 5 + 3) }
        let digest = number == 0x1302 ? "SHA384" : "SHA256"
        for (label, count) in [
            ("key", suite.keySize), ("iv", 12), ("traffic upd", suite.digestSize),
        ] as [(StaticString, Int)] {
            let expected = Self.derive(secret, label.description, count, digest: digest)
            #expect(suite.expand(secret, label, count) == expected)
        }
    }

    private static func derive(
        _ secret: [UInt8], _ label: String, _ count: Int, digest: String
    ) -> [UInt8] {
        let text = Array("tls13 \(label)".utf8)
        let info = [0, UInt8(count), UInt8(text.count)] + text + [0, 1]
        var output = [UInt8](repeating: 0, count: 64)
        var size = 0
        unsafe EVP_Q_mac(
            nil, "HMAC", nil, digest, nil, secret, secret.count, info, info.count, &output,
            output.count, &size)
        return Array(output.prefix(count))
    }
}
