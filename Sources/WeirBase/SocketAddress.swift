/// Where a socket listens or connects: an IP address with a port, or a Unix socket's path.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IP address and a port.
    case ip(IPAddress, port: UInt16)
    /// A Unix stream socket; a path that starts with `@` is in the abstract namespace.
    case unix(path: String)

    /// Reads `10.0.0.1:80`, `[::1]:80` or `unix:/path`; nil for other text.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < 108 else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self = .ip(address, port: port)
    }

    /// The IP address, or nil for a Unix socket.
    public var ip: IPAddress? {
        if case .ip(let address, _) = self { return address }
        return nil
    }

    /// The port, or nil for a Unix socket.
    public var port: UInt16? {
        if case .ip(_, let port) = self { return port }
        return nil
    }

    /// The text that `init` reads.
    public var description: String {
        switch self {
        case .ip(let address, let port) where address.isV4: "\(address):\(port)"
        case .ip(let address, let port): "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
