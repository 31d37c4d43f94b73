internal import Synchronization
internal import WeirRuntime

/// A server behind the gateway, in this process, that does to the byte what a test says.
package final class Origin: Sendable {
    /// What happens on a connection.
    package typealias Script = @Sendable (OriginConnection) throws -> Void

    /// Where it listens.
    package let address: Address
    private let listener: Socket
    private let state = Mutex(State())

    private struct State {
        var connections: [Socket] = []
        var received: [[UInt8]] = []
        var requests: [Message] = []
        var ended = 0
    }

    /// Runs the script for every connection, each on a thread of its own, and closes it after that.
    package init(at address: Address = .ip("127.0.0.1", 0), _ script: @escaping Script) throws {
        listener = try Socket.listen(on: address)
        if case .ip(let host, _) = address {
            self.address = .ip(host, listener.port)
        } else {
            self.address = address
        }
        let listener = self.listener
        _ = try WorkerThread.start(name: "test-origin") { [weak self] in
            defer { listener.close() }
            while let socket = listener.accept() {
                guard let self else { return }
                self.serve(socket, script)
            }
        }
    }

    /// Answers every request, on connections that are kept, with the bytes that `answer` gives.
    package convenience init(
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
        _ = try? WorkerThread.start(name: "test-connection") { [weak self] in
            let connection = OriginConnection(socket, index: index, origin: self)
            try? script(connection)
            socket.close()
            self?.state.withLock { $0.ended += 1 }
        }
    }

    /// Listens no more and breaks what is open.
    package func stop() {
        listener.interrupt()
        for socket in state.withLock({ $0.connections }) { socket.interrupt() }
    }

    /// How many connections were made.
    package var connectionCount: Int { state.withLock { $0.connections.count } }

    /// How many scripts have come to their end.
    package var endedCount: Int { state.withLock { $0.ended } }

    /// What came, by connection.
    package var received: [[UInt8]] { state.withLock { $0.received } }

    /// Requests whose body was complete, in order.
    package var requests: [Message] { state.withLock { $0.requests } }

    func note(_ bytes: [UInt8], _ index: Int) {
        state.withLock { $0.received[index] = bytes }
    }

    func note(_ request: Message) { state.withLock { $0.requests.append(request) } }
}
