public import WeirBase

/// Removes the fields that are meant for this connection only (RFC 9110, section 7.6.1).
public enum HopByHop {
    /// The fields that never go on as they came, whatever Connection says.
    ///
    /// Proxy-Authenticate and Proxy-Authorization belong to the proxy that asked for them (section
    /// 11.7); HTTP2-Settings to an upgrade that is not offered.
    private static let standard: KnownHeaders = [
        .connection, .http2Settings, .keepAlive, .proxyAuthenticate, .proxyAuthorization,
        .proxyConnection, .transferEncoding,
    ]
    private static let withUpgrade: KnownHeaders = standard.union([.upgrade])

    /// Removes what Connection nominates and the standard hop-by-hop fields; call it right after
    /// parsing, before filters add fields of their own.
    ///
    /// Connection can nominate names that are not well known. The well-known ones are hop-by-hop
    /// anyway or concern every recipient: a peer that nominates, say, Authorization or
    /// X-Forwarded-For wants it to vanish on the way, so that such a nomination is ignored. `TE:
    /// trailers` stays, because trailers are passed on; other members of TE do not.
    ///
    /// - Parameter keepingUpgrade: Whether Upgrade stays, for the head writer to send it on.
    public static func strip(_ headers: inout HeaderMap, keepingUpgrade: Bool = false) {
        if nominatesOthers(headers) {
            headers.removeAll { $0.known(at: $1) == .other && isNominated($1, in: $0) }
        }
        headers.remove(keepingUpgrade ? standard : withUpgrade)
        if headers.contains(.te) { reduceTE(&headers) }
    }

    /// Whether a Connection field has an option that is no well-known field's name, `close` aside.
    private static func nominatesOthers(_ headers: borrowing HeaderMap) -> Bool {
        var position = headers.index(of: .connection)
        while let index = position {
            let value = headers.value(at: index)
            var list = TokenList(value)
            while let range = list.next(value) {
                let option = value.extracting(range)
                if KnownHeader.named(option) == .other && !option.equalsIgnoringCase("close") {
                    return true
                }
            }
            position = headers.index(of: .connection, from: index + 1)
        }
        return false
    }

    /// Whether a Connection field names the field at `field`.
    private static func isNominated(_ field: Int, in headers: borrowing HeaderMap) -> Bool {
        let name = headers.name(at: field)
        var position = headers.index(of: .connection)
        while let index = position {
            if contains(headers.value(at: index), name) { return true }
            position = headers.index(of: .connection, from: index + 1)
        }
        return false
    }

    /// RFC 9110, section 10.1.4: of TE only `trailers` is passed on.
    private static func reduceTE(_ headers: inout HeaderMap) {
        var wantsTrailers = false
        var position = headers.index(of: .te)
        while let index = position {
            if contains(headers.value(at: index), ("trailers" as StaticString).span) {
                wantsTrailers = true
            }
            position = headers.index(of: .te, from: index + 1)
        }
        headers.remove(.te)
        if wantsTrailers { headers.append(.te, ("trailers" as StaticString).span) }
    }

    /// Whether the list `value` has the member `name`.
    private static func contains(_ value: Span<UInt8>, _ name: Span<UInt8>) -> Bool {
        var list = TokenList(value)
        while let range = list.next(value) {
            if value.extracting(range).equalsIgnoringCase(name) { return true }
        }
        return false
    }
}
