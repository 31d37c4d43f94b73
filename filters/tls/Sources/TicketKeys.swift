internal import COpenSSL
internal import Synchronization
internal import WeirBase

/// The keys with which session tickets (RFC 5077, RFC 8446 section 4.6.1) are encrypted: made here,
/// replaced after a time, shared by all threads.
final class TicketKeys: Sendable {
    /// What a ticket is encrypted with.
    struct Key: Sendable {
        /// Stands in the ticket, so that its key is found.
        let name: [UInt8]
        let cipherKey: [UInt8]
        let macKey: [UInt8]
        let made: MonotonicTime
    }

    private let rotate: Interval
    private let keep: Int
    private let clock: @Sendable () -> MonotonicTime
    /// The newest first.
    private let keys = Mutex<[Key]>([])

    /// How long a ticket is good for at least, in seconds; no more than RFC 8446 allows.
    let lifetime: Int

    init(rotate: Interval, keep: Int, clock: @escaping @Sendable () -> MonotonicTime) {
        self.rotate = rotate
        self.keep = keep
        self.clock = clock
        let seconds = Int(rotate.nanoseconds / 1_000_000_000)
        lifetime = min(max(1, seconds * max(1, keep)), 7 * 86_400)
    }

    private struct Times: Hashable {
        let rotate: Interval
        let keep: Int
    }

    private static let all = Mutex<[Times: TicketKeys]>([:])

    /// The process's keys with these times.
    static func shared(rotate: Interval, keep: Int) -> TicketKeys {
        all.withLock { all in
            let times = Times(rotate: rotate, keep: keep)
            if let keys = all[times] { return keys }
            let fresh = TicketKeys(rotate: rotate, keep: keep, clock: monotonicNow)
            all[times] = fresh
            return fresh
        }
    }

    /// The key for a new ticket.
    func current() -> Key? {
        let now = clock()
        return keys.withLock { keys in
            if let key = keys.first, now < key.made + rotate { return key }
            guard let fresh = Self.makeKey(now) else { return nil }
            keys.insert(fresh, at: 0)
            drop(&keys, now)
            return fresh
        }
    }

    /// The key of a ticket, and whether a newer one is in use; nil for one that is unknown or too
    /// old.
    func find(_ name: Span<UInt8>) -> (key: Key, isOld: Bool)? {
        let now = clock()
        let known = keys.withLock { keys in
            drop(&keys, now)
            return keys
        }
        for (index, key) in known.enumerated() where equal(key.name.span, name) {
            return (key, index > 0 || now >= key.made + rotate)
        }
        return nil
    }

    /// Forgets keys whose time is over: each is in use for `rotate` and taken `keep` times as long
    /// after that.
    private func drop(_ keys: inout [Key], _ now: MonotonicTime) {
        let (product, overflow) = rotate.nanoseconds.multipliedReportingOverflow(
            by: Int64(keep + 1))
        let age = Interval(nanoseconds: overflow ? .max : product)
        keys.removeAll { now >= $0.made + age }
    }

    private static func makeKey(_ now: MonotonicTime) -> Key? {
        guard let name = randomBytes(16), let cipherKey = randomBytes(32),
            let macKey = randomBytes(32)
        else { return nil }
        return Key(name: name, cipherKey: cipherKey, macKey: macKey, made: now)
    }
}

private func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in 0..<left.count where left[index] != right[index] { return false }
    return true
}
