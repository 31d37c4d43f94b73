internal import CNghttp2
internal import WeirBase

/// The key of a WebSocket handshake and its answer (RFC 6455, section 4), for the side of a
/// connection that speaks HTTP/1 where the other speaks HTTP/2.
enum WebSocketKey {
    static let field: StaticString = "sec-websocket-key"
    static let answerField: StaticString = "sec-websocket-accept"
    private static let suffix: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    private static let digits: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Sixteen random bytes in Base64.
    static func random(_ source: any RandomSource) -> ByteString {
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            var word = source.next()
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return base64(bytes)
    }

    /// What proves that the server has seen the key.
    static func answer(to key: Span<UInt8>) -> ByteString {
        var text: [UInt8] = []
        text.append(copying: key)
        text.append(copying: suffix.span)
        var digest = [UInt8](repeating: 0, count: 20)
        _ = unsafe SHA1(text, text.count, &digest)
        return base64(digest)
    }

    static func base64(_ bytes: [UInt8]) -> ByteString {
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
            }
            for position in 0..<4 {
                let digit = Int(group >> UInt32(18 - 6 * position) & 63)
                text.append(position <= count ? digits.span[digit] : UInt8(ascii: "="))
            }
            index += 3
        }
        return ByteString(text)
    }
}
