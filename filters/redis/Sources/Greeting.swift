internal import WeirBase
internal import WeirFilter

/// What is said on a new connection before it carries commands, and what the answers mean.
struct Greeting {
    private enum Step { case authenticate, name, database }

    private var steps: [Step] = []
    /// The commands, to be sent once.
    private(set) var bytes: [UInt8] = []

    init(_ settings: Settings) {
        if let password = settings.password {
            add(.authenticate, ["AUTH"] + (settings.username.map { [$0] } ?? []) + [password.value])
        }
        // A name is the first thing that a server without our password would refuse, too.
        if !settings.clientName.isEmpty {
            add(.name, ["CLIENT", "SETNAME", settings.clientName])
        }
        if settings.database != 0 { add(.database, ["SELECT", "\(settings.database)"]) }
    }

    private mutating func add(_ step: Step, _ words: [String]) {
        steps.append(step)
        bytes.append(UInt8(ascii: "*"))
        bytes.append(decimal: words.count)
        for word in words {
            bytes += Array("\r\n$".utf8)
            bytes.append(decimal: word.utf8.count)
            bytes += Array("\r\n\(word)".utf8)
        }
        bytes += Array("\r\n".utf8)
    }

    /// Whether everything has been answered.
    var isOver: Bool { steps.isEmpty }

    mutating func sent() { bytes = [] }

    /// Takes the next answer; why the connection is of no use, or nil when it may be.
    mutating func answered(_ reply: Span<UInt8>) -> StaticString? {
        let step = steps.removeFirst()
        guard reply.isEmpty || reply[0] == UInt8(ascii: "-") else { return nil }
        let isUnknownClient = reply.starts(with: "-NOAUTH")
        switch step {
        case .authenticate: return "redis_auth_failed"
        // A user that may not name its connection may still do its work.
        case .name: return isUnknownClient ? "redis_auth_failed" : nil
        case .database: return isUnknownClient ? "redis_auth_failed" : "redis_select_failed"
        }
    }
}

extension Span<UInt8> {
    /// Whether the bytes begin with a literal.
    func starts(with text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        return self.count >= count && extracting(0..<count).equals(text.span)
    }
}
