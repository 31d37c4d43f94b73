internal import Glibc

/// Where a socket listens or connects to.
package enum Address: Sendable, Equatable, CustomStringConvertible {
    /// An IPv4 address in dotted form, and the port.
    case ip(String, UInt16)
    /// The path of a Unix socket; one that begins with `@` is a name without a file.
    case unix(String)

    /// Reads `127.0.0.1:8080` or `unix:/path`.
    package init(_ text: String) throws {
        if text.hasPrefix("unix:") {
            self = .unix(String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw HarnessError("no address: \(text)") }
        self = .ip(String(text[..<colon]), port)
    }

    package var description: String {
        switch self {
        case .ip(let host, let port): "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    var family: Int32 { if case .unix = self { AF_UNIX } else { AF_INET } }

    /// Calls with the address as the system wants it.
    func with(
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var bytes = [UInt8(family), 0]
        switch self {
        case .ip(let host, let port):
            bytes += [UInt8(port >> 8), UInt8(port & 255)]
            bytes += host.split(separator: ".").map { UInt8($0) ?? 0 }
            bytes += Array(repeating: 0, count: 8)
        case .unix(let path) where path.hasPrefix("@"): bytes += [0] + path.utf8.dropFirst()
        case .unix(let path): bytes += Array(path.utf8) + [0]
        }
        return unsafe bytes.withUnsafeBytes { raw in
            unsafe call(
                raw.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(raw.count))
        }
    }
}
