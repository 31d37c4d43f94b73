internal import WeirBase
internal import WeirFilter

/// The request fields in which upstreams find claims.
struct ClaimHeaders: Sendable {
    /// Names with the way to the claim, in the order of the configuration.
    let entries: [(name: HeaderName, path: ClaimPath)]

    /// Their names alone: what clients may not send.
    let names: [HeaderName]

    init(_ entries: [(name: HeaderName, path: ClaimPath)]) {
        self.entries = entries
        names = entries.map(\.name)
    }

    /// The fields for a token's claims.
    func fields(_ claims: JSONValue) -> [(name: HeaderName, value: ByteString)] {
        entries.compactMap { entry in
            guard let value = entry.path.find(in: claims), let text = Self.text(value) else {
                return nil
            }
            return (entry.name, ByteString(text))
        }
    }

    /// A scalar, or a list of them between commas. Nothing for what an upstream could take for
    /// something else: an element with a comma in it, text with control characters, numbers that
    /// are not what the token says any more.
    private static func text(_ value: JSONValue) -> String? {
        let texts: [String]
        if let list = value.array {
            texts = list.compactMap(\.exactText)
            guard texts.count == list.count, !texts.contains(where: { $0.utf8.contains(0x2C) })
            else { return nil }
        } else {
            guard let text = value.exactText else { return nil }
            texts = [text]
        }
        let text = texts.joined(separator: ",")
        return text.utf8.allSatisfy(\.isAllowedInValue) ? text : nil
    }
}
