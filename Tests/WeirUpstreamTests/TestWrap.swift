import WeirBase
import WeirFilter

/// A connection filter that turns the case of letters around, after a handshake of one byte each
/// way: `?` from us, and from the peer what the agreement is.
struct TestWrap: ConnectionFilterFactory {
    /// What `connect` decides.
    enum Mode: Sendable { case wrap, accept, refuse }

    struct Configuration: Decodable {}

    static let name = "wrap"
    static let documentation = FilterDocumentation(
        summary: "Turns the case around.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    let mode: Mode
    /// Is told what is known about each connection.
    var onConnect: @Sendable (MadeConnection) -> Void = { _ in }

    init(_ configuration: Configuration) throws { self.init() }
    init(_ mode: Mode = .wrap) { self.mode = mode }

    func connect(_ connection: MadeConnection) -> ConnectionVerdict {
        onConnect(connection)
        return switch mode {
        case .wrap: .wrap(TestTransport(connection.transport))
        case .accept: .accept
        case .refuse: .refuse("test_refused")
        }
    }
}

/// What `TestWrap` wraps connections in.
final class TestTransport: Transport {
    private let inner: any Transport
    private var hasAsked = false
    private(set) var security: ConnectionSecurity?

    init(_ inner: any Transport) { self.inner = inner }

    func handshake() -> HandshakeProgress {
        if security != nil { return .done }
        // Nothing can be said through a transport whose own handshake is not over.
        guard case .done = inner.handshake() else { return inner.handshake() }
        if !hasAsked {
            hasAsked = true
            _ = inner.write(ByteString("?").span, ByteString().span)
        }
        let answer = ByteBuffer(capacity: 1)
        switch inner.read(into: answer) {
        case .wouldBlock: return .wouldBlock
        case .end, .closed: return .failed(HandshakeFailure("test_gone"))
        case .bytes: break
        }
        switch answer.bytes[0] {
        case UInt8(ascii: "l"): agree("line")
        case UInt8(ascii: "h"): agree("http/1.1")
        case UInt8(ascii: "e"): agree("")
        case UInt8(ascii: "o"): agree("other")
        default: return .failed(HandshakeFailure("test_failed", detail: "a bad answer"))
        }
        return .done
    }

    private func agree(_ name: String) {
        security = ConnectionSecurity(
            version: "test", cipher: "", serverName: nil, applicationProtocol: name,
            isResumed: false, peer: nil)
    }

    func read(into buffer: ByteBuffer) -> IOResult {
        let own = ByteBuffer(capacity: buffer.room)
        let result = inner.read(into: own)
        if case .bytes = result { buffer.write(turned(own.bytes, Span()).span) }
        return result
    }

    func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
        inner.write(turned(first, second).span, ByteString().span)
    }

    private func turned(_ first: Span<UInt8>, _ second: Span<UInt8>) -> ByteString {
        var text = ByteString(first)
        text.append(second)
        return ByteString(turningCase(text.description))
    }

    func shutdownWrite() { inner.shutdownWrite() }
    func close() { inner.close() }
}

/// The text with lower case for upper, and the other way round.
func turningCase(_ text: String) -> String {
    String(
        decoding: text.utf8.map { byte in
            switch byte | 0x20 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte ^ 0x20
            default: byte
            }
        }, as: UTF8.self)
}
