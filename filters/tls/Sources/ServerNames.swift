/// Finds what belongs to the server name (SNI) that a client asks for. Pure.
struct ServerNames<Value: Sendable>: Sendable {
    /// A name with what belongs to it; the name is kept so that connections can share its memory.
    typealias Match = (name: String, value: Value)

    private var exact: [String: Match] = [:]
    /// By what follows `*.`.
    private var wildcards: [String: Value] = [:]

    /// Whether there is any name.
    var isEmpty: Bool { exact.isEmpty && wildcards.isEmpty }

    /// What `name`, which may be a pattern such as `*.example.com`, was given before.
    subscript(name: String) -> Value? {
        get {
            name.hasPrefix("*.") ? wildcards[String(name.dropFirst(2))] : exact[name]?.value
        }
        set {
            if name.hasPrefix("*.") {
                wildcards[String(name.dropFirst(2))] = newValue
            } else {
                exact[name] = newValue.map { (name, $0) }
            }
        }
    }

    /// What belongs to a clean name: the exact one before a wildcard, which stands for one label
    /// (RFC 6125, section 6.4.3).
    func match(_ name: String) -> Match? {
        if let match = exact[name] { return match }
        guard !wildcards.isEmpty, let dot = name.firstIndex(of: ".") else { return nil }
        return wildcards[String(name[name.index(after: dot)...])].map { (name, $0) }
    }
}

/// What a client may send as a server name.
enum ServerName {
    /// The name in lower case without a final dot; nil when it is no host name (RFC 6066, section
    /// 3): empty, over 253 bytes, or with other bytes than letters, digits, `-`, `_` and `.`.
    static func clean(_ bytes: Span<UInt8>) -> String? {
        var count = bytes.count
        if count > 1 && bytes[count - 1] == UInt8(ascii: ".") { count -= 1 }
        guard count > 0 && count <= 253 else { return nil }
        var name: [UInt8] = []
        name.reserveCapacity(count)
        var label = 0
        for index in 0..<count {
            switch bytes[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.append(bytes[index])
                label += 1
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                name.append(bytes[index] | 0x20)
                label += 1
            case UInt8(ascii: "."):
                guard label > 0 else { return nil }
                name.append(bytes[index])
                label = 0
            default: return nil
            }
            guard label <= 63 else { return nil }
        }
        return label > 0 ? String(decoding: name, as: UTF8.self) : nil
    }

    /// A name or a pattern of a configuration, clean; nil for neither.
    static func pattern(_ text: String) -> String? {
        let isPattern = text.hasPrefix("*.")
        let name = isPattern ? String(text.dropFirst(2)) : text
        guard let clean = clean(name.utf8.span) else { return nil }
        return isPattern ? "*." + clean : clean
    }
}
