internal import WeirBase
internal import WeirFilter

/// The parts of a request's head that are not plain fields, while it is received; one per
/// connection, as heads never mix.
final class RequestFields {
    var method = ByteString()
    var scheme = ByteString()
    var authority = ByteString()
    var path = ByteString()
    var `protocol` = ByteString()
    /// Cookie pieces, joined as one field (RFC 9113, section 8.2.3).
    var cookie = ByteString()
    var hasAuthority = false
    var hasPath = false
    var hasProtocol = false
    var hasCookie = false
    /// How many fields there are, and how many bytes their names and values take.
    var count = 0
    var byteCount = 0
    /// Who gets the fields; nil while no request's head is being received.
    var receiver: (any RequestReceiver)?
    /// Whether the head is over the limits.
    var isTooLarge = false
    /// Why the request is refused.
    var problem: ProtocolProblem?

    /// Makes it ready for the next head and keeps the storage.
    func clear() {
        method.clear()
        scheme.clear()
        hasAuthority = false
        hasPath = false
        hasProtocol = false
        if hasCookie {
            hasCookie = false
            cookie.clear()
        }
        count = 0
        byteCount = 0
        problem = nil
        isTooLarge = false
        receiver = nil
    }

    private static let separator: StaticString = "; "

    /// Takes a pseudo-header field; the library has checked which ones there are, and how often.
    func setPseudo(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        switch name[1] {
        case UInt8(ascii: "m"): method.replace(with: value)
        case UInt8(ascii: "s"): scheme.replace(with: value)
        case UInt8(ascii: "a"):
            hasAuthority = true
            authority.replace(with: value)
        default:
            if name.equals(":path") {
                hasPath = true
                path.replace(with: value)
            } else {
                hasProtocol = true
                `protocol`.replace(with: value)
            }
        }
    }

    func addCookie(_ value: Span<UInt8>) {
        if hasCookie { cookie.append(Self.separator.span) }
        hasCookie = true
        cookie.append(value)
    }

    /// Whether the scheme is one of those that are served here.
    var hasGoodScheme: Bool {
        if scheme.isEmpty { return true }
        let scheme = scheme
        let isHTTP = scheme.span.equalsIgnoringCase("http")
        return isHTTP || scheme.span.equalsIgnoringCase("https")
    }
}
