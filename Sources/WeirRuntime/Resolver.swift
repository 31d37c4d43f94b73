internal import Synchronization
public import WeirBase

/// Finds the addresses of host names, with c-ares on a thread of its own.
///
/// It reads `/etc/resolv.conf`, with search domains, and `/etc/hosts` like the C library.
public final class Resolver: Sendable {
    /// Which addresses are wanted.
    public enum Family: Sendable {
        /// IPv6 and IPv4.
        case any
        /// IPv4 alone.
        case v4
        /// IPv6 alone.
        case v6
    }

    private let handle: LoopHandle
    private let thread: WorkerThread
    private let channel: AresChannel
    /// Held while a job is sent, so that no question comes after the end.
    private let isStopped = Mutex(false)

    /// Starts a resolver.
    ///
    /// `servers` such as `127.0.0.1:5353` stand in for those of the system. `timeout` is how long
    /// the first attempt at each server waits, later ones wait longer; `attempts` is how often each
    /// is asked. Throws when no thread or descriptor is left, and `EINVAL` for servers that are not
    /// addresses.
    public init(
        servers: [String] = [], timeout: Interval = .seconds(2), attempts: Int = 3
    ) throws(SystemError) {
        let carried = Carried(loop: try EventLoop(index: -1))
        handle = carried.loop.handle
        channel = try AresChannel(
            loop: carried.loop, servers: servers, timeout: timeout, attempts: attempts)
        thread = try WorkerThread.start(name: "weir-dns") { carried.loop.run() }
    }

    deinit { stop() }

    /// Finds the addresses of `host`; an address in text form stands for itself.
    ///
    /// `done` is called exactly once: on the resolver's thread, or right here for an address or
    /// when the resolver has been stopped.
    public func resolve(
        _ host: String, family: Family = .any,
        _ done: @escaping @Sendable (Result<ResolvedName, ResolveError>) -> Void
    ) {
        if let address = IPAddress(host) {
            let fits = family == .any || (family == .v4) == address.isV4
            let name = ResolvedName(addresses: [address], ttl: .max)
            return done(fits ? .success(name) : .failure(.noAddress))
        }
        // c-ares takes a C string.
        guard !host.isEmpty, !host.utf8.contains(0) else { return done(.failure(.invalidName)) }
        let isSent = isStopped.withLock { isStopped in
            if !isStopped {
                handle.execute { [channel] in channel.ask(host, family: family, done) }
            }
            return !isStopped
        }
        if !isSent { done(.failure(.cancelled)) }
    }

    /// Answers what is still open with `.cancelled`, ends the thread and waits for it.
    public func stop() {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            if !isStopped {
                handle.execute { [channel, handle] in
                    channel.end()
                    handle.stop()
                }
            }
            return !isStopped
        }
        if isFirst { thread.join() }
    }
}

/// Carries a loop to the thread that runs it.
private struct Carried: @unchecked Sendable {
    let loop: EventLoop
}
