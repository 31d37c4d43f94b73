/// A client that sends bytes as they are given.
package final class RawClient {
    /// The socket.
    package let socket: Socket
    /// Reads what comes.
    package let reader: MessageReader
    /// Kept alive as long as the client is.
    private let server: AnyObject?

    /// Connects; `server` lives as long as the client.
    package init(_ address: Address, server: AnyObject? = nil, receiveBuffer: Int32? = nil) throws {
        socket = try Socket.connect(to: address, receiveBuffer: receiveBuffer)
        reader = MessageReader(socket, patience: patience)
        self.server = server
    }

    /// Sends all of it.
    package func send(_ text: String) throws { try socket.send(Array(text.utf8)) }
    /// Sends all of it.
    package func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// Sends each byte in a segment of its own.
    package func trickle(_ text: String) throws {
        for byte in text.utf8 { try socket.send([byte]) }
    }

    /// The next response with its body, interim ones included.
    package func response(to method: String = "GET") throws -> Message {
        guard var message = try reader.head() else {
            throw HarnessError("the connection ended before a response")
        }
        let status = message.status
        if method == "HEAD" || status < 200 || status == 204 || status == 304 { return message }
        try reader.body(of: &message, untilEnd: true)
        return message
    }

    /// Sends a request and reads its response.
    package func exchange(_ request: String) throws -> Message {
        try send(request)
        return try response(to: String(request.prefix { $0 != " " }))
    }

    /// A small request for `path`.
    package func get(_ path: String = "/", _ fields: String...) throws -> Message {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return try exchange("GET \(path) HTTP/1.1\r\nhost: a.example\r\n\(lines)\r\n")
    }

    /// Whether the server has ended the connection, and has sent nothing more before.
    package func isClosed(within limit: Duration = patience) -> Bool {
        reader.buffer.isEmpty && socket.isEnded(within: limit)
    }
}
