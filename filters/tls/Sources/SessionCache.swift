internal import COpenSSL
internal import Synchronization

/// Sessions to take up again, by endpoint. Any thread may use it.
@safe
final class SessionCache: Sendable {
    /// OpenSSL's object for a session, of which one reference is held.
    @safe
    final class Entry: @unchecked Sendable {
        let pointer: OpaquePointer

        init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

        deinit { unsafe SSL_SESSION_free(pointer) }

        /// Whether it may be taken up once only (RFC 8446, appendix C.4).
        var isForOneUse: Bool { unsafe SSL_SESSION_get_protocol_version(pointer) == TLS1_3_VERSION }
    }

    /// Endpoints, and sessions of each.
    private static let endpoints = 256
    private static let sessionsEach = 8

    private struct Stock {
        var sessions: [String: [Entry]] = [:]
        /// The keys, the oldest first.
        var order: [String] = []
    }

    private let stock = Mutex(Stock())

    /// Keeps a session; the oldest give way.
    func keep(_ entry: Entry, for key: String) {
        stock.withLock { stock in
            if stock.sessions[key] == nil {
                if stock.order.count == Self.endpoints {
                    stock.sessions[stock.order.removeFirst()] = nil
                }
                stock.order.append(key)
            }
            let isForOneUse = entry.isForOneUse
            var list = isForOneUse ? stock.sessions[key] ?? [] : []
            if list.count == Self.sessionsEach { list.removeFirst() }
            list.append(entry)
            stock.sessions[key] = list
        }
    }

    /// The newest session of an endpoint; nil for none. One that is for one use is not kept.
    func take(for key: String) -> Entry? {
        stock.withLock { stock in
            guard let last = stock.sessions[key]?.last else { return nil }
            if last.isForOneUse { stock.sessions[key]?.removeLast() }
            return last
        }
    }

    /// Keeps what OpenSSL has learnt from a server: 1 to take over its reference.
    static let learn: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
        guard let client = unsafe RecordIO.transport(of: ssl)?.client,
            let sessions = client.context.sessions, let session = unsafe session
        else { return 0 }
        unsafe sessions.keep(Entry(owning: session), for: client.sessionKey)
        return 1
    }
}
