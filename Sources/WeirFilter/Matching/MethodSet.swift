internal import WeirBase

/// Methods that a rule names. Case makes no difference: no server gives `delete` a meaning that
/// `DELETE` does not have, but some take one for the other.
struct MethodSet: Sendable {
    private var known: UInt16 = 0
    private var names: [ByteString] = []

    init() {}

    /// Adds a method; nil when the name is no token.
    mutating func insert(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(\.isToken) else { return false }
        let bytes = ByteString(name)
        for method in Method.allCases where bytes.span.equalsIgnoringCase(method.name.span) {
            known |= 1 << UInt16(method.rawValue)
        }
        names.append(bytes)
        return true
    }

    func contains(_ request: RequestHead) -> Bool {
        if request.method != .other { return known >> UInt16(request.method.rawValue) & 1 != 0 }
        let name = request.methodName
        let spelling = name.span
        for index in names.indices where names[index].equalsIgnoringCase(spelling) { return true }
        return false
    }
}

extension ByteString {
    fileprivate func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
        span.equalsIgnoringCase(other)
    }
}
