internal import COpenSSL
internal import WeirFilter

/// What one connection to an endpoint is to find.
final class ClientConnection: Sendable {
    let context: ContextHandle
    /// The name to ask for; nil for an IP address.
    let serverName: String?
    let isVerifying: Bool

    init(context: ContextHandle, serverName: String?, isVerifying: Bool) {
        self.context = context
        self.serverName = serverName
        self.isVerifying = isVerifying
    }

    /// What is wrong with the finished handshake; nil for nothing.
    func check(_ session: SessionHandle, _ protocols: [String]) -> HandshakeFailure? { nil }
}
