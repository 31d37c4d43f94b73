public import WeirBase

/// Writes heads and chunk framing as HTTP/1.1 (RFC 9112).
///
/// Framing and connection fields are always written anew: what arrived of them is never copied.
public enum HeadWriter {
    /// What the writer itself decides for requests.
    private static let ownedInRequest: KnownHeaders = [
        .connection, .contentLength, .host, .http2Settings, .keepAlive, .proxyConnection, .te,
        .transferEncoding, .upgrade,
    ]

    /// What the writer itself decides for responses.
    private static let ownedInResponse: KnownHeaders = [
        .connection, .contentLength, .keepAlive, .proxyConnection, .te, .transferEncoding, .upgrade,
    ]

    /// Writes the head of a request for an upstream: the request line from method, path and query,
    /// Host from the authority, then the fields as they are but for those the writer decides.
    ///
    /// - Parameters:
    ///   - framing: How the body will be sent: `none`, `length` or `chunked`.
    ///   - upgrade: Whether to ask for the protocols of the head's Upgrade field.
    public static func request(
        _ head: RequestHead, framing: BodyFraming, upgrade: Bool, to out: ByteBuffer
    ) {
        if head.method == .other {
            write(head.methodName, to: out)
        } else {
            out.write(head.method.name)
        }
        out.write(UInt8(ascii: " "))
        if head.method == .connect {
            write(head.authority, to: out)
        } else {
            write(head.path, to: out)
            if head.query != nil {
                out.write(UInt8(ascii: "?"))
                writeQuery(head.query, to: out)
            }
        }
        out.write(" HTTP/1.1\r\nhost: ")
        write(head.authority, to: out)
        out.write("\r\n")
        requestFields(head.headers, framing: framing, upgrade: upgrade, to: out)
    }

    private static func requestFields(
        _ headers: borrowing HeaderMap, framing: BodyFraming, upgrade: Bool, to out: ByteBuffer
    ) {
        // Trailer announces what only the chunked coding can carry (RFC 9110, section 6.6.2).
        let owned = framing == .chunked ? ownedInRequest : ownedInRequest.union([.trailer])
        headers.write(to: out, except: owned)
        let sendsTE = headers.contains(.te)
        // TE concerns the next recipient only and says so in Connection (RFC 9110, section 10.1.4).
        if sendsTE { out.write("te: trailers\r\n") }
        if upgrade {
            out.write(sendsTE ? "connection: te, upgrade\r\n" : "connection: upgrade\r\n")
            writeUpgrade(headers, to: out)
        } else if sendsTE {
            out.write("connection: te\r\n")
        }
        writeFraming(framing, to: out)
        out.write("\r\n")
    }

    /// Writes the head of a response for a client: the status line, the fields as they are but for
    /// those the writer decides, and what the connection's state asks for.
    ///
    /// - Parameters:
    ///   - framing: How the body will be sent. With `none`, a Content-Length of the head is kept as
    ///     what it then is, a fact about a body that is not sent (HEAD, 304), except where it must
    ///     not stand (1xx, 204).
    ///   - keepAlive: Whether the connection stays open after this response.
    ///   - version: The client's version. Never `chunked` for HTTP/1.0.
    ///   - upgrade: Whether this is a 101 after which the head's protocol is spoken.
    ///   - date: The value of Date, written unless the head has one.
    public static func response(
        _ head: ResponseHead, framing: BodyFraming, keepAlive: Bool, version: HTTPVersion,
        upgrade: Bool, date: ByteString?, to out: ByteBuffer
    ) {
        let status = head.status
        if status == 200 && head.reason.isEmpty {
            out.write("HTTP/1.1 200 OK\r\n")
        } else {
            out.write("HTTP/1.1 ")
            out.write(decimal: status)
            out.write(UInt8(ascii: " "))
            if head.reason.isEmpty {
                out.write(reasonPhrase(status))
            } else {
                write(head.reason, to: out)
            }
            out.write("\r\n")
        }
        let isBodiless = status < 200 || status == 204
        responseFields(head.headers, framing: framing, keepsLength: !isBodiless, to: out)
        if let date, !head.headers.contains(.date) {
            out.write("date: ")
            out.write(date.span)
            out.write("\r\n")
        }
        if upgrade {
            out.write("connection: upgrade\r\n")
            writeUpgrade(head.headers, to: out)
        } else if status >= 200 {
            if !keepAlive {
                out.write("connection: close\r\n")
            } else if version == .http10 {
                out.write("connection: keep-alive\r\n")
            }
        }
        if !isBodiless { writeFraming(framing, to: out) }
        out.write("\r\n")
    }

    private static func responseFields(
        _ headers: borrowing HeaderMap, framing: BodyFraming, keepsLength: Bool,
        to out: ByteBuffer
    ) {
        var owned = framing == .chunked ? ownedInResponse : ownedInResponse.union([.trailer])
        if framing == .none && keepsLength { owned.remove(.contentLength) }
        headers.write(to: out, except: owned)
    }

    // MARK: Parts

    private static func writeFraming(_ framing: BodyFraming, to out: ByteBuffer) {
        switch framing {
        case .none, .untilClose: break
        case .length(let count):
            out.write("content-length: ")
            out.write(decimal: Int(count))
            out.write("\r\n")
        case .chunked: out.write("transfer-encoding: chunked\r\n")
        }
    }

    private static func writeUpgrade(_ headers: borrowing HeaderMap, to out: ByteBuffer) {
        guard let index = headers.index(of: .upgrade) else { return }
        out.write("upgrade: ")
        out.write(headers.value(at: index))
        out.write("\r\n")
    }

    private static func write(_ bytes: borrowing ByteString, to out: ByteBuffer) {
        out.write(bytes.span)
    }

    private static func writeQuery(_ query: ByteString?, to out: ByteBuffer) {
        if let query { out.write(query.span) }
    }
}

extension HeadWriter {
    /// Writes the line that begins a chunk of `count` bytes, which must not be zero.
    public static func chunkHead(_ count: Int, to out: ByteBuffer) {
        precondition(count > 0, "an empty chunk would end the body")
        var shift = (63 - count.leadingZeroBitCount) & ~3
        while shift >= 0 {
            out.write(.hexDigit(UInt8(count &>> shift & 15)))
            shift -= 4
        }
        out.write("\r\n")
    }

    /// Writes what ends a chunk's data.
    public static func chunkEnd(to out: ByteBuffer) { out.write("\r\n") }

    /// Writes the last chunk and the trailer section, which ends the body.
    public static func lastChunk(trailers: borrowing HeaderMap, to out: ByteBuffer) {
        out.write("0\r\n")
        trailers.write(to: out, except: ownedInTrailers)
        out.write("\r\n")
    }

    private static let ownedInTrailers: KnownHeaders = [
        .connection, .contentLength, .host, .keepAlive, .proxyConnection, .te, .trailer,
        .transferEncoding, .upgrade,
    ]
}
