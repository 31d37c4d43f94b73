import CNghttp2

/// One frame as it lies on the wire.
struct RawFrame: Equatable, CustomStringConvertible {
    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
            + Self.number(stream) + payload
    }

    static func number(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The number at an offset of the payload.
    func number(at offset: Int) -> UInt32 {
        guard payload.count >= offset + 4 else { return .max }
        return payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    var description: String { "\(type):\(flags)@\(stream)[\(payload.count)]" }
}

/// Frames by name.
extension RawFrame {
    static func data(_ stream: UInt32, _ text: String, end: Bool = false) -> RawFrame {
        RawFrame(type: 0, flags: end ? 1 : 0, stream: stream, payload: Array(text.utf8))
    }

    static func headers(
        _ stream: UInt32, _ fields: [(String, String)], end: Bool = true, flags: UInt8 = 4
    ) -> RawFrame {
        RawFrame(
            type: 1, flags: flags | (end ? 1 : 0), stream: stream,
            payload: fields.flatMap { literal($0, $1) })
    }

    static func continuation(
        _ stream: UInt32, _ fields: [(String, String)], last: Bool
    ) -> RawFrame {
        RawFrame(
            type: 9, flags: last ? 4 : 0, stream: stream,
            payload: fields.flatMap { literal($0, $1) })
    }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> RawFrame {
        RawFrame(type: 3, stream: stream, payload: number(code))
    }

    static func settings(_ values: [(UInt16, UInt32)] = [], ack: Bool = false) -> RawFrame {
        RawFrame(
            type: 4, flags: ack ? 1 : 0,
            payload: values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] + number($1) })
    }

    static func ping(ack: Bool = false, _ payload: [UInt8] = Array(1...8)) -> RawFrame {
        RawFrame(type: 6, flags: ack ? 1 : 0, payload: payload)
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> RawFrame {
        RawFrame(type: 8, stream: stream, payload: number(increment))
    }

    static func goAway(last: UInt32, _ code: UInt32 = 0) -> RawFrame {
        RawFrame(type: 7, payload: number(last) + number(code))
    }

    static func priority(_ stream: UInt32, on other: UInt32 = 0) -> RawFrame {
        RawFrame(type: 2, stream: stream, payload: number(other) + [16])
    }

    /// A literal field without indexing (RFC 7541, section 6.2.2).
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0] + string(Array(name.utf8)) + string(Array(value.utf8))
    }

    static func string(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var head: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            head.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return head + [UInt8(rest)] + bytes
    }
}

/// Takes a byte stream apart and remembers what a decoder of heads has to.
@safe
final class FrameReader {
    private var buffer: [UInt8] = []
    private var inflater: OpaquePointer?

    init() { _ = unsafe nghttp2_hd_inflate_new(&inflater) }

    deinit { unsafe nghttp2_hd_inflate_del(inflater) }

    /// The complete frames in what has come so far.
    func read(_ bytes: [UInt8]) -> [RawFrame] {
        buffer += bytes
        var frames: [RawFrame] = []
        var start = 0
        while buffer.count - start >= 9 {
            let count =
                Int(buffer[start]) << 16 | Int(buffer[start + 1]) << 8 | Int(buffer[start + 2])
            guard buffer.count - start >= 9 + count else { break }
            let stream = buffer[start + 5..<start + 9].reduce(0) { $0 << 8 | UInt32($1) }
            frames.append(
                RawFrame(
                    type: buffer[start + 3], flags: buffer[start + 4], stream: stream,
                    payload: Array(buffer[start + 9..<start + 9 + count])))
            start += 9 + count
        }
        buffer.removeFirst(start)
        return frames
    }

    /// The fields of a head, in order.
    func fields(of block: [UInt8]) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        var rest = block[...]
        while true {
            var pair = unsafe nghttp2_nv()
            var flags: Int32 = 0
            let used = unsafe rest.withUnsafeBufferPointer {
                unsafe nghttp2_hd_inflate_hd2(
                    inflater, &pair, &flags, $0.baseAddress, $0.count, 1)
            }
            guard used >= 0 else { return fields }
            rest = rest.dropFirst(used)
            if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
                fields.append(
                    (
                        unsafe String(
                            decoding: UnsafeBufferPointer(start: pair.name, count: pair.namelen),
                            as: UTF8.self),
                        unsafe String(
                            decoding: UnsafeBufferPointer(start: pair.value, count: pair.valuelen),
                            as: UTF8.self)
                    ))
            }
            if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 {
                _ = unsafe nghttp2_hd_inflate_end_headers(inflater)
                return fields
            }
        }
    }
}
