internal import CLinux
internal import Glibc
internal import Synchronization

/// A plain blocking socket whose every wait has a limit.
package final class Socket: Sendable {
    private let state: Mutex<Int32>

    /// The descriptor, or -1 once closed.
    package var descriptor: Int32 { state.withLock { $0 } }

    private init(descriptor: Int32) { state = Mutex(descriptor) }

    private convenience init(_ family: Int32) {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        self.init(descriptor: Glibc.socket(family, Int32(kind), 0))
    }

    deinit { close() }

    /// Connects; a small receive buffer makes a slow reader.
    package static func connect(to address: Address, receiveBuffer: Int32? = nil) throws -> Socket {
        let socket = Socket(address.family)
        if let receiveBuffer { socket.set(SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        if case .ip = address { socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
        if unsafe address.with({ unsafe Glibc.connect(socket.descriptor, $0, $1) }) != 0 {
            guard errno == EINPROGRESS else { throw HarnessError("connect \(address): \(errno)") }
            try socket.wait(for: POLLOUT, Deadline(after: patience), "connect to \(address)")
            var failure: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            unsafe getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &failure, &size)
            if failure != 0 { throw HarnessError("connect to \(address): error \(failure)") }
        }
        return socket
    }

    /// Listens; port 0 lets the system choose.
    package static func listen(on address: Address, backlog: Int32 = 256) throws -> Socket {
        let socket = Socket(address.family)
        socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
        guard unsafe address.with({ unsafe Glibc.bind(socket.descriptor, $0, $1) }) == 0,
            Glibc.listen(socket.descriptor, backlog) == 0
        else { throw HarnessError("listen on \(address): error \(errno)") }
        return socket
    }

    /// Sets a socket option that is a number.
    package func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The port that the system gave.
    package var port: UInt16 {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(bytes.count)
        let descriptor = self.descriptor
        let result = unsafe bytes.withUnsafeMutableBytes { raw in
            unsafe getsockname(
                descriptor, raw.assumingMemoryBound(to: sockaddr.self).baseAddress!, &length)
        }
        return result == 0 ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0
    }

    /// The next connection, waited for; nil once the socket is closed or interrupted.
    package func accept() -> Socket? {
        while true {
            guard (try? wait(for: POLLIN, Deadline(after: patience), "accept")) != nil else {
                if descriptor < 0 { return nil }
                continue
            }
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = unsafe weir_accept(descriptor, &address, &length)
            if accepted >= 0 { return Socket(descriptor: accepted) }
            if errno == EINVAL || errno == EBADF { return nil }
        }
    }

    /// Sends all of it. Throws when the peer takes no more in time.
    package func send(_ bytes: [UInt8], within limit: Duration = patience) throws {
        let deadline = Deadline(after: limit)
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.send(
                    descriptor, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, deadline, "send")
            } else {
                throw HarnessError("send: error \(errno) after \(sent) bytes")
            }
        }
    }

    /// Some bytes, none at the end of the stream. A reset throws, and so does a long silence.
    package func receive(_ limit: Int = 64 * 1024, within duration: Duration = patience) throws
        -> [UInt8]
    {
        try wait(for: POLLIN, Deadline(after: duration), "receive")
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { room, count in
            let result = unsafe recv(descriptor, room.baseAddress, limit, 0)
            count = max(0, result)
            if result < 0 { failure = errno }
        }
        if failure != 0 { throw SocketReset(error: failure) }
        return bytes
    }

    /// Whether the peer has ended or broken the connection by then.
    package func isEnded(within limit: Duration = patience) -> Bool {
        let deadline = Deadline(after: limit)
        while !deadline.hasPassed {
            guard let bytes = try? receive(within: .milliseconds(Int(deadline.milliseconds))) else {
                return !deadline.hasPassed
            }
            if bytes.isEmpty { return true }
        }
        return false
    }

    /// Ends the sending side.
    package func shutdownWrite() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends both directions, so that whoever waits for the socket on another thread closes it.
    package func interrupt() {
        state.withLock { if $0 >= 0 { shutdown($0, Int32(SHUT_RDWR)) } }
    }

    /// Closes, so that the peer sees the end of the stream.
    package func close() {
        state.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    /// Closes so that the peer sees a reset.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    private func wait(for event: Int32, _ deadline: Deadline, _ what: String) throws {
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            guard entry.fd >= 0 else { throw HarnessError("\(what): the socket is closed") }
            let count = unsafe poll(&entry, 1, min(deadline.milliseconds, 500))
            if count > 0 { return }
            if deadline.hasPassed { throw SocketTimeout(what: what) }
        }
    }
}

/// The peer broke the connection.
package struct SocketReset: Error {
    package let error: Int32
}

/// Nothing came in time.
package struct SocketTimeout: Error {
    package let what: String
}
