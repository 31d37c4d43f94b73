internal import WeirBase

extension Pattern {
    /// The literal bytes at the start of an expression, which every match then begins with.
    ///
    /// Nil when the expression holds an alternation, since telling where that reaches takes
    /// parsing all of it. Without one, what stands first is required unless a quantifier follows.
    static func literalStart(of text: [UInt8]) -> [UInt8]? {
        if text.contains(UInt8(ascii: "|")) { return nil }
        var literals: [UInt8] = []
        var index = text.first == UInt8(ascii: "^") ? 1 : 0
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
                return literals.dropLast()
            case UInt8(ascii: "\\"):
                // An escaped letter or digit is a class or an assertion, anything else itself.
                guard index + 1 < text.count, text[index + 1].isPunctuation else { return literals }
                literals.append(text[index + 1])
                index += 2
            case UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: ")"),
                UInt8(ascii: "$"), UInt8(ascii: "^"):
                return literals
            default:
                literals.append(text[index])
                index += 1
            }
        }
        return literals
    }
}

extension UInt8 {
    /// Whether the byte is a visible one of ASCII that is neither letter nor digit.
    fileprivate var isPunctuation: Bool {
        switch self {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}
