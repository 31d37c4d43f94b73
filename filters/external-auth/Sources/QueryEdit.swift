internal import WeirBase

/// Changes to the parameters of a query.
struct QueryEdit: Sendable, Equatable {
    /// Parameters that get one value.
    var assigned: [(name: ByteString, value: ByteString)] = []
    /// Parameters to remove.
    var removed: [ByteString] = []

    static func == (left: QueryEdit, right: QueryEdit) -> Bool {
        left.removed == right.removed && left.assigned.elementsEqual(right.assigned, by: ==)
    }

    /// About how much memory it takes.
    var byteCount: Int {
        assigned.reduce(0) { $0 + $1.name.count + $1.value.count + 96 }
            + removed.reduce(0) { $0 + $1.count + 48 }
    }

    /// The query with the changes; nil when no parameter is left.
    func applied(to query: ByteString?) -> ByteString? {
        let gone = Set(assigned.map(\.name) + removed)
        var pairs: [ByteString] = []
        for pair in (query?.storage ?? []).split(separator: UInt8(ascii: "&")) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            if !gone.contains(Self.decoded(name)) { pairs.append(ByteString(Array(pair))) }
        }
        for (name, value) in assigned {
            var pair = Self.encoded(name)
            pair.append(UInt8(ascii: "="))
            pair.append(Self.encoded(value))
            pairs.append(pair)
        }
        guard !pairs.isEmpty else { return nil }
        return ByteString(Array(pairs.map(\.storage).joined(separator: [UInt8(ascii: "&")])))
    }

    /// Text with everything escaped but the unreserved characters (RFC 3986, section 2.3).
    private static func encoded(_ text: ByteString) -> ByteString {
        let digits = Array("0123456789ABCDEF".utf8)
        var result = ByteString()
        for byte in text.storage {
            let isLetter = byte.lowercased &- UInt8(ascii: "a") < 26
            if isLetter || byte.isDigit || "-._~".utf8.contains(byte) {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
        return result
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> ByteString {
        text.span.percentDecoded(plusIsSpace: true)
    }
}
