/// Reads messages off a socket.
package final class MessageReader {
    /// The socket.
    package let socket: Socket
    /// Received and not yet consumed.
    package private(set) var buffer: [UInt8] = []
    /// Everything that was ever received.
    package private(set) var received: [UInt8] = []
    /// How long a read may take.
    package var patience: Duration
    /// Called with everything received whenever there is more.
    package var onReceive: (([UInt8]) -> Void)?

    /// Reads from a socket.
    package init(_ socket: Socket, patience: Duration) {
        self.socket = socket
        self.patience = patience
    }

    /// Receives more; false at the end of the stream.
    @discardableResult
    package func fill() throws -> Bool {
        do {
            let bytes = try socket.receive(within: patience)
            buffer += bytes
            received += bytes
            onReceive?(received)
            return !bytes.isEmpty
        } catch let timeout as SocketTimeout {
            throw HarnessError(
                "\(timeout.what) timed out; there is: \(Array(buffer.prefix(2000)).text)")
        }
    }

    /// So many bytes. Throws `CutOff` when the stream ends before.
    package func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw CutOff(received: buffer) }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Up to and including the next CRLF.
    package func takeLine() throws -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: [13, 10]) { return try take(end + 2) }
            guard try fill() else { throw CutOff(received: buffer) }
        }
    }

    /// A head with its empty line; nil when the stream ends instead.
    package func head() throws -> Message? {
        var searched = 0
        while true {
            if let end = buffer.firstIndex(of: Array("\r\n\r\n"), from: searched) {
                return Message(head: try take(end + 4))
            }
            searched = max(0, buffer.count - 3)
            guard try fill() else {
                if buffer.isEmpty { return nil }
                throw CutOff(received: buffer)
            }
        }
    }

    /// Reads the body that the head announces; `untilEnd` when no length means until the end.
    package func body(of message: inout Message, untilEnd: Bool) throws {
        if message["transfer-encoding"]?.lowercased() == "chunked" {
            try chunkedBody(&message)
        } else if let length = message["content-length"].flatMap({ Int($0) }) {
            message.body = try take(length)
            message.rawBody = message.body
        } else if untilEnd {
            message.body = try rest()
            message.rawBody = message.body
        }
    }

    private func chunkedBody(_ message: inout Message) throws {
        while true {
            let line = try takeLine()
            message.rawBody += line
            let digits = line.text.prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16) else {
                throw HarnessError("no chunk size: \(line.text)")
            }
            if size == 0 { break }
            let chunk = try take(size + 2)
            message.rawBody += chunk
            message.body += chunk.dropLast(2)
        }
        while true {
            let line = try takeLine()
            message.rawBody += line
            if line.count == 2 { return }
            if let field = Message.field(line.dropLast(2).map { $0 }.text) {
                message.trailers.append(field)
            }
        }
    }

    /// Everything until the stream ends.
    package func rest() throws -> [UInt8] {
        while try fill() {}
        defer { buffer.removeAll() }
        return buffer
    }
}

/// The stream ended in the middle of a message.
package struct CutOff: Error {
    /// What had come of the part that is missing.
    package let received: [UInt8]

    package init(received: [UInt8]) { self.received = received }
}
