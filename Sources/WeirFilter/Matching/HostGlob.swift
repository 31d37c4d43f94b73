internal import WeirBase

/// Which hosts a rule means: a host, or `*.example.com` for all names below one.
///
/// Neither case nor a port nor the dot of a fully qualified name makes a difference.
struct HostGlob: Sendable {
    /// The host in lower case; for names below it with a leading dot.
    private let text: ByteString
    private let isBelow: Bool

    init(_ pattern: String) throws(ConfigurationError) {
        isBelow = pattern.hasPrefix("*.")
        let name = ByteString(Array(pattern.utf8.map(\.lowercased).dropFirst(isBelow ? 1 : 0)))
        let isBracketed = name.storage.first == UInt8(ascii: "[") && name.storage.last == 0x5D
        let inner = isBracketed ? Array(name.storage.dropFirst().dropLast()) : name.storage
        let isHost =
            isBracketed
            ? IPAddress(inner.span)?.isV4 == false
            : inner.allSatisfy {
                $0.isDigit || $0 &- 97 < 26 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: ".")
            }
        let labels = inner.dropFirst(isBelow ? 1 : 0).split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard isHost, isBracketed || labels.allSatisfy({ !$0.isEmpty }) else {
            throw ConfigurationError(
                "expected a host without port such as api.example.com, *.example.com, 10.0.0.1 or "
                    + "[2001:db8::1], found `\(pattern)`")
        }
        text = name
    }

    /// Whether the host is meant; it has no port.
    func matches(_ host: Span<UInt8>) -> Bool {
        let wanted = text.span
        var end = host.count
        if end > 1, host[end &- 1] == UInt8(ascii: ".") { end &-= 1 }
        if !isBelow { return host.extracting(0..<end).equalsIgnoringCase(wanted) }
        return end > wanted.count
            && host.extracting(end &- wanted.count..<end).equalsIgnoringCase(wanted)
    }

    /// Whether the name of a certificate is meant.
    func matches(_ name: String) -> Bool {
        let bytes = ByteString(name)
        return matches(bytes.span)
    }
}
