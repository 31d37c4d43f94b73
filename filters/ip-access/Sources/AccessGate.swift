internal import WeirBase
internal import WeirFilter

/// Admits or refuses streams by their client's address. Shared by all streams.
final class AccessGate: HTTPFilter, Sendable {
    private static let refusal = LocalResponse(status: 403, cause: "ip_denied")

    private let allow: NetworkSet?
    private let deny: NetworkSet
    private let admitsUnix: Bool

    init(allow: NetworkSet?, deny: NetworkSet, admitsUnix: Bool) {
        self.allow = allow
        self.deny = deny
        self.admitsUnix = admitsUnix
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        admits(stream.clientAddress) ? .continue : .respond(Self.refusal)
    }

    private func admits(_ client: IPAddress?) -> Bool {
        guard let client else { return admitsUnix }
        if deny.contains(client) { return false }
        return allow?.contains(client) ?? true
    }
}
