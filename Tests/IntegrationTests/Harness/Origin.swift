import Foundation
import Synchronization

/// A server behind the gateway, in this process, that does to the byte what a test says.
final class Origin: Sendable {
    typealias Script = @Sendable (OriginConnection) throws -> Void

    let address: Address
    private let listener: Socket
    private let state = Mutex(State())

    private struct State {
        var connections: [Socket] = []
        var received: [[UInt8]] = []
        var requests: [Message] = []
        var ended = 0
    }

    /// Runs the script for every connection, each on a thread of its own, and closes it after that.
    init(at address: Address = .ip("127.0.0.1", 0), _ script: @escaping Script) throws {
        listener = try Socket.listen(on: address)
        if case .ip(let host, _) = address {
            self.address = .ip(host, listener.port)
        } else {
            self.address = address
        }
        let listener = self.listener
        Thread.detachNewThread { [weak self] in
            while listener.descriptor >= 0 {
                guard let socket = listener.accept(within: .seconds(1)) else { continue }
                guard let self else { return }
                self.serve(socket, script)
            }
        }
    }

    /// Answers every request, on connections that are kept, with the bytes that `answer` gives.
    convenience init(
        at address: Address = .ip("127.0.0.1", 0),
        answering answer: @escaping @Sendable (Message) -> String
    ) throws {
        try self.init(at: address) { connection in
            while let request = try connection.request() { try connection.send(answer(request)) }
        }
    }

    deinit { stop() }

    private func serve(_ socket: Socket, _ script: @escaping Script) {
        socket.set(6, 1, 1)
        let index = state.withLock { state in
            state.connections.append(socket)
            state.received.append([])
            return state.connections.count - 1
        }
        Thread.detachNewThread { [weak self] in
            let connection = OriginConnection(socket, index: index, origin: self)
            try? script(connection)
            socket.close()
            self?.state.withLock { $0.ended += 1 }
        }
    }

    /// Listens no more and breaks what is open.
    func stop() {
        listener.close()
        for socket in state.withLock({ $0.connections }) { socket.close() }
    }

    /// How many connections were made.
    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// How many scripts have come to their end.
    var endedCount: Int { state.withLock { $0.ended } }

    /// What came, by connection.
    var received: [[UInt8]] { state.withLock { $0.received } }

    /// Requests whose body was complete, in order.
    var requests: [Message] { state.withLock { $0.requests } }

    fileprivate func note(_ bytes: [UInt8], _ index: Int) {
        state.withLock { $0.received[index] = bytes }
    }

    fileprivate func note(_ request: Message) { state.withLock { $0.requests.append(request) } }
}

/// One connection as the origin's script sees it.
final class OriginConnection {
    let socket: Socket
    /// The connection's number, from 0.
    let index: Int
    private let reader: MessageReader
    private weak var origin: Origin?

    fileprivate init(_ socket: Socket, index: Int, origin: Origin?) {
        self.socket = socket
        self.index = index
        self.origin = origin
        reader = MessageReader(socket, patience: .seconds(30))
        reader.onReceive = { [weak origin] in origin?.note($0, index) }
    }

    /// A request with its body; nil at the end of the stream.
    func request() throws -> Message? {
        guard var message = try reader.head() else { return nil }
        try reader.body(of: &message, untilEnd: false)
        origin?.note(message)
        return message
    }

    /// A request's head only.
    func head() throws -> Message? {
        return try reader.head()
    }

    /// The body after a head.
    func body(of head: Message) throws -> Message {
        var message = head
        try reader.body(of: &message, untilEnd: false)
        origin?.note(message)
        return message
    }

    /// How many bytes were received with the last head and not consumed.
    var unread: Int { reader.buffer.count }

    /// So many bytes as they come.
    func take(_ count: Int) throws -> [UInt8] {
        return try reader.take(count)
    }

    func send(_ text: String) throws { try socket.send(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes, within: .seconds(30)) }

    /// Waits for the peer to end the connection, dropping what still comes.
    func waitForEnd() throws {
        while try reader.fill() {}
    }

    /// Closes; the peer sees a reset.
    func reset() { socket.reset() }
}

/// Answers that tests share.
enum Answer {
    static func ok(_ body: String = "ok", _ fields: String...) -> String {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\(lines)\r\n\(body)"
    }

    /// What an origin got, as a body.
    static func echo(_ request: Message) -> String { ok("\(request.start)\n\(request.body.text)") }
}
