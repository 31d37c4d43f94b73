internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// Whose each key is, found by the key's SHA-256; the keys themselves are not kept.
///
/// The time of a look-up depends on the digest of what the client sent, and nobody can choose keys
/// whose digests come nearer and nearer to one that is not known: that would take breaking SHA-256.
/// The table is seeded anew in each process and digests are compared without a branch, so that not
/// even the digests show.
struct KeyTable: Sendable {
    private var clients: [SHA256Digest: ClientIdentity] = [:]

    /// How many keys there are.
    var count: Int { clients.count }

    /// Adds a key; false when it is there already.
    mutating func add(_ digest: SHA256Digest, _ client: ClientIdentity) -> Bool {
        guard clients[digest] == nil else { return false }
        clients[digest] = client
        return true
    }

    /// Whose key has that digest; nil when nobody's has.
    func client(_ digest: SHA256Digest) -> ClientIdentity? { clients[digest] }

    /// Whether logs and fields can carry a name.
    static func isName(_ name: String) -> Bool {
        let bytes = ByteString(name)
        return !bytes.isEmpty && bytes.span.trimmed.count == bytes.count
            && bytes.storage.allSatisfy { $0.isAllowedInValue && $0 != 0x09 }
    }

    /// This table with the keys of a file: `NAME:SHA256` on each line.
    func adding(_ text: ByteString) throws(ConfigurationError) -> KeyTable {
        var table = self
        var names: [ByteString: ClientIdentity] = [:]
        var number = 0
        var start = 0
        while start < text.count {
            let end = text.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? text.count
            number += 1
            let line = Self.withoutReturn(text.span.extracting(start..<end)).trimmed.string
            start = end + 1
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.lastIndex(of: ":"),
                let digest = SHA256Digest(String(line[line.index(after: colon)...])),
                Self.isName(String(line[..<colon]))
            else {
                // The line itself may hold a key, which has no place in a log.
                throw ConfigurationError(
                    "line \(number): expected NAME:SHA256 with 64 hexadecimal digits")
            }
            let name = ByteString(String(line[..<colon]))
            let client = names[name] ?? ClientIdentity(name: name, source: "api-key")
            names[name] = client
            guard table.add(digest, client) else {
                throw ConfigurationError("line \(number): the same key stands elsewhere already")
            }
        }
        return table
    }

    @_lifetime(copy line)
    private static func withoutReturn(_ line: Span<UInt8>) -> Span<UInt8> {
        let isThere = line.count > 0 && line[line.count - 1] == UInt8(ascii: "\r")
        return isThere ? line.extracting(0..<line.count - 1) : line
    }
}
