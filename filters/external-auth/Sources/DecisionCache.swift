internal import WeirBase
internal import WeirFilter

/// Decisions that hold for a while, the least recently used of which makes room for new ones.
/// Bounded in number and in bytes; belongs to one worker.
struct DecisionCache {
    private struct Entry {
        var key: ByteString
        var decision: Decision
        var expires: MonotonicTime
        var byteCount: Int
        /// The neighbours in the order of use; -1 at either end.
        var newer: Int
        var older: Int
    }

    private let mostEntries: Int
    private let mostBytes: Int
    private var places: [ByteString: Int] = [:]
    private var entries: [Entry] = []
    /// Places of `entries` without a decision.
    private var free: [Int] = []
    private var newest = -1
    private var oldest = -1
    private(set) var byteCount = 0

    /// Decisions under longer keys are not kept: a few would fill the cache.
    static let longestKey = 4096

    init(entries: Int, bytes: Int) {
        mostEntries = entries
        mostBytes = bytes
    }

    /// How many decisions there are, those whose time is over included.
    var count: Int { places.count }

    /// What the attributes of a request make together; nil when it is too long for a key, or when
    /// one of them is there twice: the service may go by the value that is not in the key.
    static func key(_ attributes: [RequestAttribute], of stream: FilterStream) -> ByteString? {
        var key = ByteString()
        for attribute in attributes {
            if attribute.isAmbiguous(in: stream) { return nil }
            // The length keeps `ab`, `c` and `a`, `bc` apart; what is missing is not empty.
            let isThere: Void? = attribute.withValue(of: stream) { value in
                key.storage.append(decimal: value.count)
                key.append(UInt8(ascii: ":"))
                key.append(value)
            }
            if isThere == nil { key.append(UInt8(ascii: "-")) }
        }
        return key.count <= longestKey ? key : nil
    }

    /// The decision under a key, if it still holds.
    mutating func decision(for key: ByteString, at now: MonotonicTime) -> Decision? {
        guard let place = places[key] else { return nil }
        guard entries[place].expires > now else {
            remove(place)
            return nil
        }
        unlink(place)
        link(place)
        return entries[place].decision
    }

    /// Keeps a decision; one that is none is not kept.
    mutating func insert(_ decision: Decision, for key: ByteString, until expires: MonotonicTime) {
        let size: Int
        switch decision {
        case .allow(let consent): size = consent.byteCount + key.count
        case .deny(let refusal): size = refusal.byteCount + key.count
        case .timedOut, .failed: return
        }
        if let known = places[key] { remove(known) }
        guard size <= mostBytes else { return }
        while count >= mostEntries || byteCount + size > mostBytes { remove(oldest) }
        let entry = Entry(
            key: key, decision: decision, expires: expires, byteCount: size, newer: -1, older: -1)
        let place: Int
        if let empty = free.popLast() {
            place = empty
            entries[place] = entry
        } else {
            place = entries.count
            entries.append(entry)
        }
        places[key] = place
        byteCount += size
        link(place)
    }

    // MARK: The order of use

    private mutating func link(_ place: Int) {
        entries[place].newer = -1
        entries[place].older = newest
        if newest >= 0 { entries[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        places[entries[place].key] = nil
        byteCount -= entries[place].byteCount
        // Lets go of what the decision holds; the place itself is used again.
        entries[place].decision = .failed
        entries[place].key = ByteString()
        free.append(place)
    }
}
