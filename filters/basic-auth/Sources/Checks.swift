internal import OpenSSLDigest
internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// The checks under way in the whole process, which are slow on purpose: how many there may be, and
/// who waits for each.
final class Checks: Sendable {
    /// A stream that waits, and the place where it finds the result.
    struct Waiter: Sendable {
        let token: SharedPauseToken
        let check: Check
    }

    /// What a new request for a check leads to.
    enum Admission {
        /// Nobody checks these credentials yet.
        case begin
        /// Somebody does.
        case joined
        /// There are too many checks, of this client or in all.
        case refused
    }

    /// What is checked: credentials, against one reading of the file.
    struct Subject: Sendable, Hashable {
        let mark: SHA256Digest
        let generation: Int
    }

    private struct State {
        var waiting: [Subject: [Waiter]] = [:]
        var ofClient: [IPAddress: Int] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    private let clientLimit: Int

    init(limit: Int, clientLimit: Int) {
        self.limit = limit
        self.clientLimit = clientLimit
    }

    /// How many checks are under way.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Takes a waiter in, unless there is no room. A client on a Unix socket has no address by
    /// which it could be bounded.
    func admit(_ subject: Subject, _ client: IPAddress?, _ waiter: Waiter) -> Admission {
        state.withLock { state in
            if state.waiting[subject] != nil {
                state.waiting[subject]?.append(waiter)
                return .joined
            }
            guard state.waiting.count < limit else { return .refused }
            if let client = client.map(Self.network) {
                guard state.ofClient[client, default: 0] < clientLimit else { return .refused }
                state.ofClient[client, default: 0] += 1
            }
            state.waiting[subject] = [waiter]
            return .begin
        }
    }

    /// The check that `client` began is over: who has waited for it.
    func end(_ subject: Subject, _ client: IPAddress?) -> [Waiter] {
        state.withLock { state in
            if let client = client.map(Self.network), let count = state.ofClient[client] {
                state.ofClient[client] = count > 1 ? count - 1 : nil
            }
            return state.waiting.removeValue(forKey: subject) ?? []
        }
    }

    /// What stands for a client: its /64 of IPv6, in which one client has all addresses (RFC 6177,
    /// section 2), or its address of IPv4.
    private static func network(_ client: IPAddress) -> IPAddress {
        client.isV4 ? client : IPAddress(v6: client.v6Halves.high, 0)
    }
}

/// A check that a stream waits for; kept with the stream.
final class Check: Sendable {
    let subject: Checks.Subject
    /// Whose credentials they are, once that is proved.
    let identity = AtomicLazyReference<ClientIdentity>()

    init(_ subject: Checks.Subject) { self.subject = subject }
}
