/// What is known of a connection while its handshake lasts.
final class HandshakeNotes {
    /// The clean name that the client asked for.
    var serverName: String?
    /// Why a callback made the handshake fail.
    var refusal: StaticString?
    /// Whether the first bytes from the client look like TLS.
    var isTLS = false
    /// The secrets of version 1.3, as far as they are known.
    var secrets = TrafficSecrets()

    deinit { secrets.forget() }
}
