public import WeirBase

/// Who a filter has found the client to be. May be shared by many streams.
public final class ClientIdentity: Sendable {
    /// The name that limits, rules and logs know the client by.
    public let name: ByteString
    /// The filter that has found it out: `jwt`.
    public let source: StaticString
    /// What else is known: a token's claims, a key's labels. An object, or `.null` for nothing.
    public let claims: JSONValue

    /// Names a client.
    public init(name: ByteString, source: StaticString, claims: JSONValue = .null) {
        self.name = name
        self.source = source
        self.claims = claims
    }
}

extension FilterStream {
    /// Who the client is by the last filter that found it out; nil when none did.
    public var client: ClientIdentity? { identities.last }

    /// Notes who the client is, beside what filters before this one have found out.
    public func identify(_ client: ClientIdentity) { identities.append(client) }

    /// The first claim at that path, of the identity that was found out last; names are joined by
    /// dots, `realm.roles`. A claim whose name has dots itself is found by its whole name.
    public func claim(_ path: ClaimPath) -> JSONValue? {
        for identity in identities.reversed() {
            if let value = path.find(in: identity.claims) { return value }
        }
        return nil
    }
}

/// The way to a claim, prepared once.
public struct ClaimPath: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let steps: [String]

    /// Reads names joined by dots; nil for an empty one.
    public init?(_ text: String) {
        let steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !steps.contains("") else { return nil }
        description = text
        self.steps = steps
    }

    /// The value at the end of the way; nil when there is none.
    public func find(in claims: JSONValue) -> JSONValue? {
        if let whole = claims[description] { return whole }
        guard steps.count > 1 else { return nil }
        var value = claims
        for step in steps {
            guard let next = value[step] else { return nil }
            value = next
        }
        return value
    }
}
