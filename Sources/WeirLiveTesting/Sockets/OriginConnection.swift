/// One connection as the origin's script sees it.
package final class OriginConnection {
    /// The socket.
    package let socket: Socket
    /// The connection's number, from 0.
    package let index: Int
    private let reader: MessageReader
    private weak var origin: Origin?

    init(_ socket: Socket, index: Int, origin: Origin?) {
        self.socket = socket
        self.index = index
        self.origin = origin
        reader = MessageReader(socket, patience: .seconds(30))
        reader.onReceive = { [weak origin] in origin?.note($0, index) }
    }

    /// A request with its body; nil at the end of the stream.
    package func request() throws -> Message? {
        guard var message = try reader.head() else { return nil }
        try reader.body(of: &message, untilEnd: false)
        origin?.note(message)
        return message
    }

    /// A request's head only.
    package func head() throws -> Message? {
        try reader.head()
    }

    /// The body after a head.
    package func body(of head: Message) throws -> Message {
        var message = head
        try reader.body(of: &message, untilEnd: false)
        origin?.note(message)
        return message
    }

    /// How many bytes were received with the last head and not consumed.
    package var unread: Int { reader.buffer.count }

    /// So many bytes as they come.
    package func take(_ count: Int) throws -> [UInt8] {
        try reader.take(count)
    }

    /// Sends all of it.
    package func send(_ text: String) throws { try socket.send(Array(text.utf8)) }
    /// Sends all of it.
    package func send(_ bytes: [UInt8]) throws { try socket.send(bytes, within: .seconds(30)) }

    /// Waits for the peer to end the connection, dropping what still comes.
    package func waitForEnd() throws {
        while try reader.fill() {}
    }

    /// Closes; the peer sees a reset.
    package func reset() { socket.reset() }
}
