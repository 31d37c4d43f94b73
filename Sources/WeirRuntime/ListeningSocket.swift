internal import CLinux
public import WeirBase

/// What came of an attempt to accept a connection.
public enum AcceptResult {
    /// A new connection, and its peer's address unless it has none.
    case accepted(StreamSocket, SocketAddress?)
    /// No connection waits.
    case wouldBlock
    /// The process or the system has run out of something (`EMFILE`, `ENFILE`, `ENOBUFS`,
    /// `ENOMEM`): connections wait, and trying at once again would spin. Pause for a while.
    case exhausted(errno: Int32)
    /// This connection went away before it was accepted; try the next one.
    case retry
    /// The listening socket is of no more use.
    case failed(errno: Int32)

    /// What an error number of `accept4(2)` means.
    static func failure(_ errno: Int32) -> AcceptResult {
        switch errno {
        case EAGAIN: .wouldBlock
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted(errno: errno)
        // accept passes on errors of the new connection's network, which are not the socket's own.
        case ECONNABORTED, EINTR, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET,
            EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH:
            .retry
        default: .failed(errno: errno)
        }
    }
}

/// A socket that accepts connections, TCP or Unix.
public final class ListeningSocket {
    /// The descriptor, or -1 once closed.
    public private(set) var descriptor: Int32

    /// Takes over a descriptor that is bound, listening and non-blocking.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// Binds and listens.
    ///
    /// With `reusePort`, several sockets share the port and the kernel spreads connections over
    /// them. An IPv6 socket takes no IPv4 connections: whoever wants both says so. The file of a
    /// Unix socket on which nobody listens any more is replaced. `backlog` is how many connections
    /// may wait, cut to the system's `somaxconn`. Throws `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`
    /// and the like.
    public static func bind(
        _ address: SocketAddress, reusePort: Bool, backlog: Int
    ) throws(SystemError) -> ListeningSocket {
        guard let system = SystemAddress(address) else {
            throw SystemError(errno: ENAMETOOLONG, operation: "bind")
        }
        let listener = ListeningSocket(descriptor: weir_stream_socket(system.family))
        guard listener.descriptor >= 0 else { throw SystemError.last("socket") }
        try listener.prepare(system.family, reusePort: reusePort)
        var result = system.bind(listener.descriptor)
        if result != 0, weir_errno() == EADDRINUSE, case .unix(let path) = address,
            removeStale(path, system)
        {
            result = system.bind(listener.descriptor)
        }
        guard result == 0 else { throw SystemError.last("bind") }
        guard listen(listener.descriptor, Int32(clamping: backlog)) == 0 else {
            throw SystemError.last("listen")
        }
        return listener
    }

    private func prepare(_ family: Int32, reusePort: Bool) throws(SystemError) {
        guard family != AF_UNIX else { return }
        setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if family == AF_INET6 { setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        // Linux hands this on to each accepted connection, which saves a system call there.
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if reusePort, setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) != 0 {
            throw SystemError.last("setsockopt")
        }
    }

    /// Removes a Unix socket's file that a process left behind; false when somebody listens on it.
    private static func removeStale(_ path: String, _ system: SystemAddress) -> Bool {
        guard !path.hasPrefix("@") else { return false }
        let probe = StreamSocket(descriptor: weir_stream_socket(AF_UNIX))
        guard probe.isOpen, system.connect(probe.descriptor) != 0, weir_errno() == ECONNREFUSED
        else { return false }
        return removeFile(path) == 0
    }

    /// Accepts one connection, non-blocking and with `TCP_NODELAY`.
    public func accept() -> AcceptResult {
        var peer = SystemAddress()
        let accepted = peer.accept(descriptor)
        guard accepted >= 0 else { return .failure(weir_errno()) }
        return .accepted(StreamSocket(descriptor: accepted), peer.address)
    }

    /// Where it listens, with the actual port when 0 was asked for.
    public var localAddress: SocketAddress? { SystemAddress.local(descriptor) }

    /// Another owner of the same queue of connections, for another loop. Throws when the process
    /// has no descriptor left.
    public func duplicate() throws(SystemError) -> ListeningSocket {
        let copy = weir_duplicate(descriptor)
        guard copy >= 0 else { throw SystemError.last("fcntl") }
        return ListeningSocket(descriptor: copy)
    }

    /// Stops listening once every duplicate is closed. A Unix socket's file stays, as a successor
    /// may have replaced it. Calling it again does nothing.
    public func close() {
        guard descriptor >= 0 else { return }
        _ = CLinux.close(descriptor)
        descriptor = -1
    }
}
