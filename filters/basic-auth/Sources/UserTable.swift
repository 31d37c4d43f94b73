internal import WeirBase
internal import WeirFilter

/// The users of a file, each with the hash of a password.
struct UserTable: Sendable {
    /// A user.
    struct User: Sendable {
        let identity: ClientIdentity
        let hash: ByteString
    }

    private var users: [ByteString: User] = [:]
    private var order: [User] = []
    /// Which reading of the file this is.
    let generation: Int

    /// A table without users.
    init() { generation = 0 }

    /// How many users there are.
    var count: Int { order.count }

    /// Reads `NAME:HASH` on each line, as htpasswd writes it.
    init(_ text: ByteString, generation: Int) throws(ConfigurationError) {
        self.generation = generation
        var number = 0
        var start = 0
        while start < text.count {
            let end = text.span.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? text.count
            number += 1
            var line = text.storage[start..<end]
            start = end + 1
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) || line.first == UInt8(ascii: "#") {
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { throw ConfigurationError("line \(number): expected NAME:HASH") }
            let name = ByteString(Array(line[..<colon]))
            let hash = ByteString(Array(line[(colon + 1)...]))
            if let problem = PasswordHash.problem(hash.description, of: name.description) {
                throw ConfigurationError("line \(number): \(problem)")
            }
            guard users[name] == nil else {
                throw ConfigurationError("line \(number): `\(name)` stands there already")
            }
            let identity = ClientIdentity(name: name, source: "basic-auth")
            let user = User(identity: identity, hash: hash)
            users[name] = user
            order.append(user)
        }
    }

    /// The user of that name; nil when there is none.
    func user(_ name: ByteString) -> User? { users[name] }

    /// A hash to check in place of an unknown user's, so that it takes as long as a known one's:
    /// always the same for the same name, in proportion to the costs that there are. Nil without
    /// users, when there is nobody to be told apart.
    func hash(ofUnknown name: ByteString) -> ByteString? {
        guard !order.isEmpty else { return nil }
        return order[Int(UInt(bitPattern: name.hashValue) % UInt(order.count))].hash
    }
}
