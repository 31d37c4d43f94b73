internal import CLinux
public import WeirBase

extension StreamSocket {
    /// Starts to connect, without waiting.
    ///
    /// While `inProgress`, the loop reports the socket writable when it is decided, and
    /// `connectError` then says how. Throws when it fails at once: `ECONNREFUSED` and `ENOENT` from
    /// Unix sockets, `EAGAIN` from one whose backlog is full, `ENETUNREACH`, `EADDRNOTAVAIL` when
    /// local ports are used up, `EMFILE`. Small TCP writes are sent at once (`TCP_NODELAY`).
    public static func connect(
        to address: SocketAddress
    ) throws(SystemError) -> (socket: StreamSocket, inProgress: Bool) {
        let (socket, system) = try open(address)
        // After EINTR the attempt goes on by itself, as if it had said EINPROGRESS.
        if system.connect(socket.descriptor) == 0 { return (socket, false) }
        let number = weir_errno()
        guard number == EINPROGRESS || number == EINTR else {
            throw SystemError(errno: number, operation: "connect")
        }
        return (socket, true)
    }

    /// A socket of the address's family, and the address for the kernel.
    static func open(
        _ address: SocketAddress
    ) throws(SystemError) -> (StreamSocket, SystemAddress) {
        guard let system = SystemAddress(address) else {
            throw SystemError(errno: ENAMETOOLONG, operation: "socket")
        }
        let socket = StreamSocket(descriptor: weir_stream_socket(system.family))
        guard socket.isOpen else { throw SystemError.last("socket") }
        if system.family != AF_UNIX {
            setOption(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        return (socket, system)
    }
}
