internal import CAres
internal import CLinux
internal import WeirBase

/// A c-ares channel whose sockets and timeouts are events of a loop.
///
/// It is made before its loop runs and used only on it afterwards. c-ares's pointers do not leave
/// this file.
@safe
final class AresChannel: TimerTarget, @unchecked Sendable {
    typealias Done = @Sendable (Result<ResolvedName, ResolveError>) -> Void

    private let loop: EventLoop
    private var channel: ares_channel?
    private lazy var timer = LoopTimer(self)

    /// Must run once, before any other call and on one thread.
    private static let libraryStatus = ares_library_init(1)

    init(
        loop: EventLoop, servers: [String], timeout: Interval, attempts: Int
    ) throws(SystemError) {
        self.loop = loop
        unsafe channel = nil
        guard Self.libraryStatus == ARES_SUCCESS else {
            throw SystemError(errno: ENOMEM, operation: "ares_library_init")
        }
        var options = unsafe ares_options()
        unsafe options.timeout = Int32(clamping: max(timeout.nanoseconds / 1_000_000, 1))
        unsafe options.tries = Int32(clamping: max(attempts, 1))
        unsafe options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        unsafe options.sock_state_cb = { data, descriptor, readable, writable in
            guard let data = unsafe data else { return }
            unsafe Unmanaged<AresChannel>.fromOpaque(data).takeUnretainedValue()
                .watch(descriptor, readable: readable != 0, writable: writable != 0)
        }
        let mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB
        guard unsafe ares_init_options(&channel, &options, Int32(mask)) == ARES_SUCCESS
        else { throw SystemError(errno: ENOMEM, operation: "ares_init") }
        guard servers.isEmpty || setServers(servers) else {
            throw SystemError(errno: EINVAL, operation: "ares_set_servers")
        }
    }

    deinit { unsafe ares_destroy(channel) }

    private func setServers(_ servers: [String]) -> Bool {
        let list = servers.joined(separator: ",")
        return unsafe ares_set_servers_ports_csv(channel, list) == ARES_SUCCESS
    }

    /// Starts to look for a host's addresses.
    func ask(_ host: String, family: Resolver.Family, _ done: @escaping Done) {
        var hints = ares_addrinfo_hints()
        hints.ai_socktype = 1  // SOCK_STREAM
        hints.ai_family =
            switch family {
            case .any: AF_UNSPEC
            case .v4: AF_INET
            case .v6: AF_INET6
            }
        let question = unsafe Unmanaged.passRetained(Question(done)).toOpaque()
        unsafe ares_getaddrinfo(
            channel, host, nil, &hints,
            { question, status, _, answer in
                guard let question = unsafe question else { return }
                let done = unsafe Unmanaged<Question>.fromOpaque(question).takeRetainedValue().done
                done(unsafe AresChannel.result(status, answer))
                unsafe ares_freeaddrinfo(answer)
            }, question)
        armTimer()
    }

    /// Ends every open question.
    func end() {
        unsafe ares_cancel(channel)
        timer.cancel()
    }

    // MARK: Events

    private func watch(_ descriptor: Int32, readable: Bool, writable: Bool) {
        guard readable || writable else { return loop.unwatch(descriptor) }
        do throws(SystemError) {
            try loop.watchLevel(
                descriptor, readable: readable, writable: writable,
                AresSocket(descriptor, of: self))
        } catch {
            // Without events its questions time out, which is the error that they report.
        }
    }

    fileprivate func ready(_ descriptor: Int32, _ readiness: Readiness) {
        let isReadable = !readiness.isDisjoint(with: [.readable, .hangup, .error])
        let isWritable = readiness.contains(.writable)
        unsafe ares_process_fd(
            channel, isReadable ? descriptor : -1, isWritable ? descriptor : -1)
        armTimer()
    }

    func timerFired(_ timer: LoopTimer) {
        unsafe ares_process_fd(channel, -1, -1)
        armTimer()
    }

    private func armTimer() {
        var time = timeval()
        guard unsafe ares_timeout(channel, nil, &time) != nil else { return timer.cancel() }
        let wait = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1000
        timer.arm(on: loop, at: .current() + Interval(nanoseconds: wait))
    }

    // MARK: Answers

    private static func result(
        _ status: Int32, _ answer: UnsafeMutablePointer<ares_addrinfo>?
    ) -> Result<ResolvedName, ResolveError> {
        guard status == ARES_SUCCESS else { return .failure(error(status)) }
        var addresses: [IPAddress] = []
        var ttl = Int32.max
        var node = unsafe answer?.pointee.nodes
        while let current = unsafe node {
            ttl = unsafe min(ttl, current.pointee.ai_ttl)
            if let address = unsafe address(current.pointee), !addresses.contains(address) {
                addresses.append(address)
            }
            unsafe node = current.pointee.ai_next
        }
        var alias = unsafe answer?.pointee.cnames
        while let current = unsafe alias {
            ttl = unsafe min(ttl, current.pointee.ttl)
            unsafe alias = current.pointee.next
        }
        if addresses.isEmpty { return .failure(.noAddress) }
        return .success(ResolvedName(addresses: addresses, ttl: Int(max(ttl, 0))))
    }

    private static func address(_ node: ares_addrinfo_node) -> IPAddress? {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: node.ai_addr, count: Int(node.ai_addrlen))
        return unsafe SystemAddress(bytes).address?.ip
    }

    private static func error(_ status: Int32) -> ResolveError {
        switch status {
        case Int32(ARES_ENOTFOUND), Int32(ARES_ENONAME): .notFound
        case Int32(ARES_ENODATA): .noAddress
        case Int32(ARES_ETIMEOUT): .timeout
        case Int32(ARES_ECONNREFUSED), Int32(ARES_EREFUSED): .refused
        case Int32(ARES_ESERVFAIL): .serverFailure
        case Int32(ARES_EBADNAME): .invalidName
        case Int32(ARES_ECANCELLED), Int32(ARES_EDESTRUCTION): .cancelled
        default: unsafe .other(String(cString: ares_strerror(status)))
        }
    }
}

/// A question that c-ares holds until it is answered.
private final class Question {
    let done: AresChannel.Done
    init(_ done: @escaping AresChannel.Done) { self.done = done }
}

/// Passes a socket's events on to the channel.
private final class AresSocket: EventHandler {
    private let descriptor: Int32
    private unowned let channel: AresChannel

    init(_ descriptor: Int32, of channel: AresChannel) {
        self.descriptor = descriptor
        self.channel = channel
    }

    func ready(_ readiness: Readiness) { channel.ready(descriptor, readiness) }
}
