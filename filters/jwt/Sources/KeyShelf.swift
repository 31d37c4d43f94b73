internal import Synchronization
internal import WeirFilter

/// Where an issuer's keys lie, for all workers and for every configuration that has the same
/// source. At most one fetch is under way at a time; streams wait for it here.
final class KeyShelf: Sendable {
    /// What keys are used for how long, in nanoseconds since 1970.
    struct Times: Sendable, Equatable {
        /// When they were fetched.
        var fetched: Int64
        /// When a new fetch is due.
        var due: Int64
        /// Until when they are used, whatever comes of fetches.
        var usable: Int64

        /// Those of keys that no fetch replaces.
        static let unlimited = Times(fetched: 0, due: .max, usable: .max)
    }

    /// Keys as they lie here.
    struct Entry: Sendable {
        let keys: KeySet
        let times: Times
        /// The value of `generation` that goes with them.
        let generation: Int
    }

    /// What is to be done by somebody who misses a key.
    enum Errand: Equatable {
        /// Fetch, under this number.
        case fetch(Int)
        /// Wait for the fetch of this number.
        case wait(Int)
        /// There has been a fetch just now: live with what it brought.
        case none
    }

    private struct State {
        var entry: Entry?
        var fetches = 0
        var isFetching = false
        var lastFetch = Int64.min
        /// When a fetch is due while there are no keys, or after one that failed.
        var retry = Int64.min
        var failures = 0
        var waiters: [SharedPauseToken] = []
        var reporter: ObjectIdentifier?
    }

    private let state = Mutex(State())
    /// Grows whenever a key has gone: what was verified before may not be used any more.
    let generation = Atomic<Int>(0)

    /// Between two fetches while there are no keys at all.
    static let emptyGap: Int64 = 1_000_000_000
    /// More streams than this do not wait.
    static let waiterLimit = 4096

    /// The keys that may be used now.
    func entry(at now: Int64) -> Entry? {
        state.withLock { state in
            guard let entry = state.entry, now < entry.times.usable else { return nil }
            return entry
        }
    }

    /// When the keys were fetched; nil when there are none.
    var fetched: Int64? { state.withLock { $0.entry?.times.fetched } }

    // MARK: Fetching

    /// Begins a fetch if one is due; its number, or nil.
    func beginDueFetch(at now: Int64) -> Int? {
        state.withLock { state in
            guard !state.isFetching, now >= Self.due(state) else { return nil }
            return Self.begin(&state, now)
        }
    }

    /// When to look again whether a fetch is due.
    var due: Int64 { state.withLock { Self.due($0) } }

    private static func due(_ state: State) -> Int64 {
        max(state.retry, state.entry?.times.due ?? .min)
    }

    private static func begin(_ state: inout State, _ now: Int64) -> Int {
        state.isFetching = true
        state.fetches += 1
        state.lastFetch = now
        return state.fetches
    }

    /// Decides what a missing key leads to. `gap` lies between two fetches: outsiders make up
    /// tokens with unknown keys at will.
    func errand(at now: Int64, gap: Int64) -> Errand {
        state.withLock { state in
            if state.isFetching { return .wait(state.fetches) }
            let isEmpty = state.entry.map { now >= $0.times.usable } ?? true
            let gap = isEmpty ? min(gap, Self.emptyGap) : gap
            let (next, overflow) = state.lastFetch.addingReportingOverflow(gap)
            guard overflow || now >= next else { return .none }
            return .fetch(Self.begin(&state, now))
        }
    }

    /// Lets a stream wait for the end of a fetch; one that is over has ended its wait. False when
    /// too many wait already.
    func wait(_ token: SharedPauseToken, for fetch: Int) -> Bool {
        let (isOver, isFull) = state.withLock { state in
            let isOver = !state.isFetching || state.fetches != fetch
            let isFull = state.waiters.count >= Self.waiterLimit
            if !isOver && !isFull { state.waiters.append(token) }
            return (isOver, isFull)
        }
        if isOver { token.askAgain() }
        return isOver || !isFull
    }

    /// How a set differs from the one before.
    enum Change { case first, same, more, other }

    /// Puts the keys of a fetch here. Nil when that fetch has been given up.
    func store(_ keys: KeySet, _ times: Times, from fetch: Int) -> Change? {
        let change: Change? = end(fetch) { state in
            state.failures = 0
            state.retry = .min
            return put(keys, times, &state)
        }
        return change
    }

    /// Puts keys here that nobody fetches.
    @discardableResult
    func store(_ keys: KeySet) -> Change {
        state.withLock { put(keys, .unlimited, &$0) }
    }

    private func put(_ keys: KeySet, _ times: Times, _ state: inout State) -> Change {
        let old = state.entry?.keys
        let change: Change =
            if let old {
                keys.hasAll(of: old) ? old.hasAll(of: keys) ? .same : .more : .other
            } else {
                .first
            }
        if change == .other { generation.add(1, ordering: .acquiringAndReleasing) }
        state.entry = Entry(
            keys: keys, times: times, generation: generation.load(ordering: .acquiring))
        return change
    }

    /// Notes that a fetch has failed: the next is due after `pauses`' element for the number of
    /// failures in a row, which is returned. Nil when the fetch has been given up already.
    @discardableResult
    func fail(_ fetch: Int, at now: Int64, pauses: [Int64]) -> Int? {
        end(fetch) { state in
            let pause = pauses[min(state.failures, pauses.count - 1)]
            state.failures += 1
            state.retry = now + pause
            return state.failures
        }
    }

    private func end<Result>(_ fetch: Int, _ body: (inout State) -> Result) -> Result? {
        let (result, waiters) = state.withLock { state in
            guard state.isFetching, state.fetches == fetch else {
                return (Result?.none, [SharedPauseToken]())
            }
            state.isFetching = false
            defer { state.waiters = [] }
            return (body(&state), state.waiters)
        }
        for waiter in waiters { waiter.askAgain() }
        return result
    }

    // MARK: Metrics

    /// Whether `owner` is the one that tells the age of these keys: several may share them, and
    /// what they tell is summed.
    func isReporter(_ owner: ObjectIdentifier) -> Bool {
        state.withLock { state in
            if state.reporter == nil { state.reporter = owner }
            return state.reporter == owner
        }
    }

    /// Leaves it to another owner to tell the age.
    func stopReporting(_ owner: ObjectIdentifier) {
        state.withLock { if $0.reporter == owner { $0.reporter = nil } }
    }
}
