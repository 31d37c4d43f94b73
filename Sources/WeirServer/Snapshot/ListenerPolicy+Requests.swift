package import WeirBase
package import WeirFilter

extension ListenerPolicy {
    /// What serves a client's connection.
    func policy(for client: ClientFacts) -> ListenerPolicy {
        hasParts ? policy(forServerName: client.security?.serverName) : self
    }

    /// Whether the protocol that the request's Upgrade field names may be switched to.
    package func allowsUpgrade(_ request: RequestHead) -> Bool {
        upgrades.contains { allowed in
            request.headers.withFirst(HeaderName(.upgrade)) {
                $0.equalsIgnoringCase(allowed.span)
            } ?? false
        }
    }

    /// The answer to a well-formed request that is not served here, whatever the routes say; nil
    /// for all others.
    package func refusal(of request: RequestHead) -> LocalResponse? {
        if request.method == .connect, !allowsConnect {
            return LocalResponse(status: 501, cause: "connect_not_allowed")
        }
        // A connection for one name must not reach what another name stands for, past the filters
        // that guard it (RFC 9110, section 15.5.20).
        if hasParts, let serverNames, serverNames.part(forAuthority: request.authority) != part {
            return LocalResponse(status: 421, cause: "misdirected_request")
        }
        return nil
    }
}
