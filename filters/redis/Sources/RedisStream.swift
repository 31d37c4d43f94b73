internal import WeirBase
internal import WeirFilter

/// One call: a command, or several that belong together, and the replies.
final class RedisStream: UpstreamStream {
    /// How far it has come.
    enum Phase {
        /// The request is not complete.
        case gathering
        /// The command waits to be written.
        case outgoing
        /// The command was written.
        case waiting
        /// The reply has come, but its receiver has not taken all of it.
        case held
        /// The receiver is told so at the end of the turn.
        case failed(UpstreamFailure)
        case over

        var isHeld: Bool {
            if case .held = self { return true }
            return false
        }
    }

    private let connection: RedisConnection
    /// Who asked; nil once everything has been told, and when nobody waits any more.
    var receiver: (any UpstreamReceiver)?
    var phase = Phase.gathering
    var command: [UInt8] = []
    var repliesLeft = 0
    var sent = MonotonicTime(nanoseconds: 0)
    /// What is left of the response.
    var rest: [UInt8] = []

    init(_ connection: RedisConnection, _ receiver: any UpstreamReceiver) {
        self.connection = connection
        self.receiver = receiver
    }

    var endpointName: String { connection.host.endpointName }

    /// A command is all in the body.
    func sendHead(_ head: RequestHead, framing: BodyFraming, upgrade: Bool) {}

    func sendBody(_ bytes: Span<UInt8>) -> Int {
        guard case .gathering = phase else { return bytes.count }
        if command.count + bytes.count > connection.settings.maxCommand {
            connection.fail(self, "redis_command_too_large")
            return bytes.count
        }
        command.append(copying: bytes)
        return bytes.count
    }

    func sendEnd(_ trailers: borrowing HeaderMap) {
        guard case .gathering = phase else { return }
        connection.complete(self)
    }

    /// A tunnel would take the connection from all other streams.
    func startTunnel() {
        guard case .gathering = phase else { return }
        connection.fail(self, "upstream_no_tunnel")
    }

    func resumeResponse() {
        if phase.isHeld { connection.tellLater(self) }
    }

    func cancel() {
        guard receiver != nil else { return }
        receiver = nil
        connection.cancelled(self)
    }
}
