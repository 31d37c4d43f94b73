internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Fetches an issuer's keys from a cluster: at once, again before they are too old, and when a
/// token names a key that nobody knows.
final class RemoteKeys: Sendable {
    /// How keys are fetched and kept.
    struct Settings: Sendable {
        let issuer: String
        let request: CallRequest
        let cache: Interval
        let refreshAhead: Interval
        let staleGrace: Interval
        /// Between two fetches that unknown keys cause.
        let refetchInterval: Interval
    }

    let shelf: KeyShelf
    private let settings: Settings
    private let cluster: Cluster
    private let services: any GatewayServices
    private let counters: FetchCounters
    /// The fetch of ours that is under way; 0 for none.
    private let present = Atomic<Int>(0)

    /// After failures in a row the next attempt waits so long, in nanoseconds.
    private static let pauses: [Int64] = [1, 2, 4, 8, 16, 30].map { $0 * 1_000_000_000 }
    /// No response makes keys old sooner than this.
    private static let shortestCache = Interval.seconds(30)

    init(
        _ settings: Settings, shelf: KeyShelf, cluster: Cluster, services: any GatewayServices,
        counters: FetchCounters
    ) {
        self.settings = settings
        self.shelf = shelf
        self.cluster = cluster
        self.services = services
        self.counters = counters
    }

    /// Begins: with the keys that an earlier configuration has left, if they are still fresh.
    func start() { fetchIfDue() }

    /// Leaves those who wait for a fetch of ours to another: an answer may not come any more.
    func stop() {
        let fetch = present.exchange(0, ordering: .acquiringAndReleasing)
        if fetch > 0 { shelf.fail(fetch, at: services.unixNanoseconds, pauses: Self.pauses) }
        shelf.stopReporting(ObjectIdentifier(self))
    }

    /// The age of the keys in seconds, told by one of those who share them; 0 from the others.
    var reportedAge: Double {
        guard shelf.isReporter(ObjectIdentifier(self)), let fetched = shelf.fetched else {
            return 0
        }
        return Double(services.unixNanoseconds - fetched) / 1e9
    }

    /// Sees to it that a missing key is fetched, if that may be; the fetch to wait for, or nil.
    func errand() -> Int? {
        switch shelf.errand(
            at: services.unixNanoseconds, gap: settings.refetchInterval.nanoseconds)
        {
        case .none: return nil
        case .wait(let fetch): return fetch
        case .fetch(let fetch):
            call(fetch) {}
            return fetch
        }
    }

    /// Fetches when it is time, and sees to it that it is asked again: the one chain of timers.
    private func fetchIfDue() {
        if let fetch = shelf.beginDueFetch(at: services.unixNanoseconds) {
            call(fetch) { [self] in lookLater() }
        } else {
            lookLater()
        }
    }

    private func lookLater() {
        let now = services.unixNanoseconds
        let due = shelf.due
        // What is due already is under way for somebody else.
        let left = due > now ? due - now : 0
        services.after(Interval(nanoseconds: max(left, 1_000_000_000))) { [weak self] in
            self?.fetchIfDue()
        }
    }

    private func call(_ fetch: Int, then next: @escaping @Sendable () -> Void) {
        present.store(fetch, ordering: .releasing)
        cluster.call(settings.request) { [self] result in
            finish(fetch, result)
            next()
        }
    }

    private func finish(_ fetch: Int, _ result: CallResult) {
        _ = present.compareExchange(
            expected: fetch, desired: 0, ordering: .acquiringAndReleasing)
        switch result {
        case .failure(let failure):
            fail(fetch, .failed, "\(failure.cause)")
        case .success(let response) where response.status != 200:
            fail(fetch, .refused, "status \(response.status)")
        case .success(let response): take(response, from: fetch)
        }
    }

    private func take(_ response: CallResponse, from fetch: Int) {
        let keys: KeySet
        do {
            keys = try KeySet(response.body.span)
        } catch {
            return fail(fetch, .invalid, error.description)
        }
        guard let change = shelf.store(keys, times(response.headers), from: fetch) else { return }
        counters.count(.fetched)
        guard change != .same else { return }
        let number = keys.keys.count == 1 ? "1 key" : "\(keys.keys.count) keys"
        services.log(
            .notice, "\(change == .first ? "" : "new ")keys of \(settings.issuer): \(number)")
        for note in keys.notes { services.log(.warning, "\(settings.issuer): \(note)") }
    }

    /// How long keys are good, by what their issuer says and by the bounds of the configuration.
    private func times(_ headers: HeaderMap) -> KeyShelf.Times {
        let now = services.unixNanoseconds
        let told = headers.withFirst(HeaderName(.cacheControl)) { CacheControl.lifetime($0) }
        var lifetime = settings.cache.nanoseconds
        if let told = told ?? nil {
            let least = min(Self.shortestCache.nanoseconds, lifetime)
            lifetime = max(least, min(lifetime, told.nanoseconds))
        }
        // Ahead of time, but not in the first half of it.
        let ahead = min(settings.refreshAhead.nanoseconds, lifetime / 2)
        return KeyShelf.Times(
            fetched: now, due: now + lifetime - ahead,
            usable: now + lifetime + settings.staleGrace.nanoseconds)
    }

    private func fail(_ fetch: Int, _ outcome: FetchOutcome, _ why: String) {
        let now = services.unixNanoseconds
        let failures = shelf.fail(fetch, at: now, pauses: Self.pauses)
        guard let failures else { return }
        counters.count(outcome)
        // Once, and again as long as it lasts, but not every time.
        guard failures == 1 || failures % 10 == 0 else { return }
        let stay = shelf.entry(at: now) == nil ? "there are none" : "those fetched before stay"
        services.log(
            .warning, "keys of \(settings.issuer) cannot be fetched (\(why)); \(stay)")
    }
}
