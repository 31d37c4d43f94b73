import COpenSSL
import Testing
import WeirBase
import WeirFilter

@testable import TlsFilter

/// A client that makes its records itself, behind a handshake that OpenSSL made: it can send what
/// OpenSSL never would.
final class RawClient {
    let link: Link
    let transport: TlsTransport
    private let writer: RecordKey
    private let reader: RecordKey

    /// `sent` is how many records both keys are taken to have protected already.
    init(_ factory: Tls, suite number: UInt16 = 0x1301, sent: UInt64 = 0) throws {
        link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, TLS1_3_VERSION, TLS1_3_VERSION)
        }
        #expect(link.handshake().isDone)
        transport = try #require(link.transport as? TlsTransport)
        #expect(transport.records != nil && transport.session == nil)
        let suite = try #require(RecordSuite(number))
        let secrets = TrafficSecrets(
            client: (0..<suite.digestSize).map { UInt8($0) },
            server: (0..<suite.digestSize).map { UInt8($0 + 100) })
        transport.records = RecordLayer(suite, secrets, sentRecords: sent)
        writer = try #require(
            RecordKey(suite, secret: secrets.client, sequence: 0, isWriter: true))
        reader = try #require(
            RecordKey(suite, secret: secrets.server, sequence: sent, isWriter: false))
    }

    /// A record; `padding` zeros go behind the kind.
    func record(_ kind: UInt8, _ content: [UInt8], padding: Int = 0) -> [UInt8] {
        let output = ByteBuffer(capacity: 64)
        if padding == 0 {
            #expect(writer.seal(content, kind: kind, to: output))
        } else {
            let zeros = [UInt8](repeating: 0, count: padding - 1)
            #expect(writer.seal(content + [kind] + zeros, kind: 0, to: output))
        }
        return output.array
    }

    /// A record that says that the key changes, and the change.
    func keyUpdate(isRequested: Bool = false) -> [UInt8] {
        let bytes = record(22, [24, 0, 0, 1, isRequested ? 1 : 0])
        #expect(writer.update())
        return bytes
    }

    /// Changes the sending key, whatever was said.
    func changeKey() { #expect(writer.update()) }

    /// Lets the transport read these bytes into a buffer of `capacity`.
    func send(_ bytes: [UInt8], capacity: Int = 16 << 10) -> (result: IOResult, content: [UInt8]) {
        link.inner.input += bytes
        let buffer = ByteBuffer(capacity: capacity)
        let result = link.transport.read(into: buffer)
        return (result, buffer.array)
    }

    /// What the transport has sent: each record's kind and content.
    func received() throws -> [(kind: UInt8, content: [UInt8])] {
        let bytes = link.inner.takeOutput()
        var index = 0
        var records: [(kind: UInt8, content: [UInt8])] = []
        while index + 5 <= bytes.count {
            let size = try #require(RecordLayer.size(Array(bytes[index..<index + 5])))
            let buffer = ByteBuffer(capacity: 20 << 10)
            let opened = try #require(
                reader.open(Array(bytes[index..<index + size]), to: buffer))
            let content = opened.kind == 23 ? buffer.array : opened.other
            records.append((opened.kind, content))
            if content == [24, 0, 0, 1, 0] { #expect(reader.update()) }
            index += size
        }
        #expect(index == bytes.count)
        return records
    }

    /// Sends bytes that end the connection, and returns the alert that says why.
    func alert(for bytes: [UInt8]) throws -> UInt8? {
        let (result, content) = send(bytes)
        #expect(result == .closed(errno: 0))
        #expect(content.isEmpty)
        #expect(link.transport.write([1]) == .closed(errno: 0))
        let records = try received()
        #expect(records.count == 1)
        guard let last = records.last, last.kind == 21, last.content.count == 2 else { return nil }
        #expect(last.content[0] == 2)
        return last.content[1]
    }
}

// Macros of tests cannot hold spans.

extension ByteBuffer {
    /// What waits to be read.
    var array: [UInt8] {
        let bytes = bytes
        return bytes.indices.map { bytes[$0] }
    }
}

extension RecordKey {
    func seal(_ content: [UInt8], kind: UInt8, to output: ByteBuffer) -> Bool {
        seal(content.span, Span(), kind: kind, to: output)
    }

    func open(_ record: [UInt8], to output: ByteBuffer) -> (kind: UInt8, other: [UInt8])? {
        open(record.span, to: output)
    }
}

extension RecordLayer {
    func receive(_ record: [UInt8], to buffer: ByteBuffer) -> Received {
        receive(record.span, to: buffer)
    }

    func send(_ content: [UInt8], to output: ByteBuffer) -> Bool {
        send(content.span, Span(), to: output)
    }

    static func size(_ header: [UInt8]) -> Int? { size(header.span) }
}
