internal import Synchronization

/// The places of all listeners of the process. It and they outlive configurations, as long as a
/// filter or a connection holds them.
final class PlaceRegistry: Sendable {
    /// Which places: an entry's at a listener.
    private struct Key: Hashable {
        let listener: String
        let identity: String
    }

    private let places = Mutex<[Key: Places]>([:])
    /// How many filters have each bound of the rate.
    private let rates = Mutex<[RateBound: Int]>([:])

    /// A filter with this bound is there.
    func addUser(of rate: RateBound) {
        rates.withLock { $0[rate, default: 0] += 1 }
    }

    /// One is gone; with the last one goes what was remembered for it.
    func removeUser(of rate: RateBound) {
        rates.withLock { rates in
            let left = (rates[rate] ?? 1) - 1
            rates[rate] = left > 0 ? left : nil
            if left > 0 { return }
            for places in places.withLock({ Array($0.values) }) { places.forget(rate) }
        }
    }

    /// Takes a place at a listener, if all bounds admit it. A wish that is refused counts under
    /// none of them.
    func take(
        at listener: String, _ client: ClientKey?, _ bounds: Bounds, at now: Int64
    ) -> Places.Answer {
        places(of: listener, bounds.identity).take(client, bounds, at: now, self)
    }

    /// The places of an entry at a listener, by its name.
    func places(of listener: String, _ identity: String = "") -> Places {
        let key = Key(listener: listener, identity: identity)
        return places.withLock { places in
            if let known = places[key] { return known }
            let new = Places()
            places[key] = new
            return new
        }
    }
}

/// The places that one listener's connections take under one limit, exactly: taken and given back
/// by any thread. Each bound has counts of its own, so that an entry with one of them and an entry
/// with another do not both take a place from the same.
final class Places: Sendable {
    /// What comes of a wish for a place.
    enum Answer {
        case place(Place)
        case listenerIsFull
        case clientHasEnough
        case clientIsTooFast
    }

    private static let shardCount = 64

    private let open = Atomic<Int>(0)
    /// How many connections each client has open; those with none are not in it, so that it is no
    /// larger than the number of connections.
    private let clients: [Shard]
    /// How fast clients connect, for each bound that is configured.
    private let rates = Mutex<[RateBound: ClientRates]>([:])

    private final class Shard: Sendable {
        let counts = Mutex<[ClientKey: Int]>([:])
    }

    init() {
        clients = (0..<Self.shardCount).map { _ in Shard() }
    }

    /// How many connections are open.
    var openCount: Int { open.load(ordering: .relaxed) }

    /// How many clients have connections.
    var clientCount: Int { clients.reduce(0) { $0 + $1.counts.withLock { $0.count } } }

    fileprivate func take(
        _ client: ClientKey?, _ bounds: Bounds, at now: Int64, _ registry: PlaceRegistry
    ) -> Answer {
        if let most = bounds.perListener, !open(most: most) { return .listenerIsFull }
        // From here on the place gives itself back.
        var isCounted: Bool?
        if let client, let most = bounds.perClient { isCounted = count(client, most: most) }
        let place = Place(
            in: self, isOpen: bounds.perListener != nil, of: isCounted == true ? client : nil,
            registry)
        if isCounted == false { return .clientHasEnough }
        if let client, let rate = bounds.rate, !rates(rate).take(client, at: now) {
            return .clientIsTooFast
        }
        return .place(place)
    }

    /// Gives a place back.
    fileprivate func giveBack(isOpen: Bool, _ client: ClientKey?) {
        if isOpen { open.subtract(1, ordering: .relaxed) }
        guard let client else { return }
        shard(client).counts.withLock { counts in
            let left = (counts[client] ?? 1) - 1
            counts[client] = left > 0 ? left : nil
        }
    }

    private func open(most: Int) -> Bool {
        var before = open.load(ordering: .relaxed)
        while before < most {
            let (isDone, seen) = open.compareExchange(
                expected: before, desired: before + 1, ordering: .relaxed)
            if isDone { return true }
            before = seen
        }
        return false
    }

    private func count(_ client: ClientKey, most: Int) -> Bool {
        shard(client).counts.withLock { counts in
            let before = counts[client] ?? 0
            if before >= most { return false }
            counts[client] = before + 1
            return true
        }
    }

    private func shard(_ client: ClientKey) -> Shard {
        clients[Int(truncatingIfNeeded: UInt(bitPattern: client.hashValue) % 64)]
    }

    private func rates(_ bound: RateBound) -> ClientRates {
        rates.withLock { rates in
            if let known = rates[bound] { return known }
            let new = ClientRates(bound)
            rates[bound] = new
            return new
        }
    }

    /// Nobody has that bound any more.
    fileprivate func forget(_ bound: RateBound) {
        let old = rates.withLock { $0.removeValue(forKey: bound) }
        // A large table is given back where no connection waits for it.
        withExtendedLifetime(old) {}
    }

    /// How many tables of rates there are.
    var rateCount: Int { rates.withLock { $0.count } }
}

/// A connection's place; given back when nobody holds it any more.
final class Place: Sendable {
    private let places: Places
    private let isOpen: Bool
    private let client: ClientKey?
    /// Kept with the place, so that a later configuration finds the same counts.
    private let registry: PlaceRegistry

    init(in places: Places, isOpen: Bool, of client: ClientKey?, _ registry: PlaceRegistry) {
        self.places = places
        self.isOpen = isOpen
        self.client = client
        self.registry = registry
    }

    deinit { places.giveBack(isOpen: isOpen, client) }
}
