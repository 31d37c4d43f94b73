internal import WeirBase

/// Names and addresses of the network. Each is nil, and noted, when something else stands there.
extension Cursor {
    func socketAddress() -> SocketAddress? {
        guard let text = string() else { return nil }
        if let address = SocketAddress(text) { return address }
        let isPortless = IPAddress(text) != nil
        mismatch(
            isPortless
                ? "a port behind the address, such as \(text):8080"
                : "an IP address and port such as 0.0.0.0:8080 or [::]:8080, or unix:/path")
        return nil
    }

    /// A token (RFC 9110, section 5.6.2), or nothing for `off`.
    func tokenOrOff() -> String?? {
        guard let text = string() else { return nil }
        if text == "off" { return .some(nil) }
        if !text.isEmpty, text.utf8.allSatisfy(\.isToken) { return .some(text) }
        mismatch("off, or a name of letters, digits and `-`")
        return nil
    }

    func headerName(_ entry: ConfigMapping.Entry) -> HeaderName? {
        if let name = HeaderName(entry.key) { return name }
        report(
            "`\(entry.key)` is no field name", expected: "letters, digits and `-`",
            at: entry.keyMark)
        return nil
    }

    /// A value of a header field: visible text, spaces and tabs (RFC 9110, section 5.5).
    func headerValue() -> String? {
        guard let text = string() else { return nil }
        let isClean = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        if isClean, text.first != " ", text.last != " " { return text }
        mismatch("a field value: no line breaks or control characters, no space at its ends")
        return nil
    }

    /// A host with or without a port, as it stands in `Host`.
    func authority() -> String? {
        guard let text = string() else { return nil }
        if HostName.isAuthority(text) { return text.lowercased() }
        mismatch("a host such as api.example.com, with or without a port")
        return nil
    }
}

/// Host names (RFC 1123, section 2.1; underscores are allowed, as container networks use them).
enum HostName {
    static func isName(_ text: some StringProtocol) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                    default: false
                    }
                }
        }
    }

    /// Whether text is a name, an IPv4 address, or an IPv6 address in brackets.
    static func isHost(_ text: some StringProtocol) -> Bool {
        if text.hasPrefix("[") && text.hasSuffix("]") {
            return text.contains(":") && IPAddress(String(text.dropFirst().dropLast())) != nil
        }
        // What looks like an IPv4 address must be one: some resolvers would read 010.1 as octal.
        let isNumeric = text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
        return isNumeric ? IPAddress(String(text)) != nil : isName(text)
    }

    /// Whether text is a host, perhaps with a port.
    static func isAuthority(_ text: String) -> Bool {
        if isHost(text) { return true }
        guard let colon = text.lastIndex(of: ":") else { return false }
        let port = UInt16(text[text.index(after: colon)...]) ?? 0
        return port > 0 && isHost(text[..<colon])
    }
}
