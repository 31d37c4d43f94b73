internal import WeirBase
internal import WeirFilter

/// Requests that wait for a connection, in the order in which they came.
struct WaitingLine {
    private struct Entry {
        /// Nil once it no longer waits.
        var receiver: (any UpstreamReceiver)?
        let until: MonotonicTime
    }

    private var entries: [Entry] = []
    /// Where the line begins in `entries`.
    private var head = 0
    /// How many wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// When the first has waited long enough.
    var due: MonotonicTime? {
        for index in head..<entries.count where entries[index].receiver != nil {
            return entries[index].until
        }
        return nil
    }

    mutating func append(_ receiver: any UpstreamReceiver, until: MonotonicTime = .never) {
        entries.append(Entry(receiver: receiver, until: until))
        count += 1
    }

    mutating func popFirst() -> (any UpstreamReceiver)? {
        while head < entries.count {
            let receiver = entries[head].receiver.take()
            head += 1
            if let receiver {
                count -= 1
                tidy()
                return receiver
            }
        }
        return nil
    }

    /// Takes out a receiver; false when it does not wait here.
    mutating func remove(_ receiver: any UpstreamReceiver) -> Bool {
        guard let index = entries[head...].firstIndex(where: { $0.receiver === receiver }) else {
            return false
        }
        entries[index].receiver = nil
        count -= 1
        tidy()
        return true
    }

    /// Forgets places that nobody holds any more, once they are most of all.
    private mutating func tidy() {
        if count == 0 {
            entries.removeAll(keepingCapacity: entries.capacity <= Self.kept)
            head = 0
        } else if entries.count > Self.kept && entries.count > 2 * count {
            entries.removeAll { $0.receiver == nil }
            head = 0
        }
    }

    private static let kept = 64
}
