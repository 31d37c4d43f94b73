internal import Synchronization

/// The places of all listeners of the process. It and they outlive configurations, as long as a
/// filter or a connection holds them.
final class PlaceRegistry: Sendable {
    private let places = Mutex<[String: Places]>([:])

    /// Takes a place at a listener, if all bounds admit it. A wish that is refused counts under
    /// none of them.
    func take(
        at listener: String, _ client: ClientKey?, _ bounds: Bounds, at now: Int64
    ) -> Places.Answer {
        places(of: listener).take(client, bounds, at: now, self)
    }

    /// The places of a listener, by its name.
    func places(of listener: String) -> Places {
        places.withLock { places in
            if let known = places[listener] { return known }
            let new = Places()
            places[listener] = new
            return new
        }
    }
}

/// The places that one listener's connections take, exactly: taken and given back by any thread.
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
    /// How fast clients connect; made anew when the configured bound changes.
    private let rates = Mutex<ClientRates?>(nil)

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
        guard open(most: bounds.perListener ?? .max) else { return .listenerIsFull }
        // From here on the place gives itself back.
        let isCounted = client.map { count($0, most: bounds.perClient) }
        let place = Place(in: self, of: isCounted == true ? client : nil, registry)
        if isCounted == false { return .clientHasEnough }
        if let client, let rate = bounds.rate, !rates(rate).take(client, at: now) {
            return .clientIsTooFast
        }
        return .place(place)
    }

    /// Gives a place back.
    fileprivate func giveBack(_ client: ClientKey?) {
        open.subtract(1, ordering: .relaxed)
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

    private func count(_ client: ClientKey, most: Int?) -> Bool {
        shard(client).counts.withLock { counts in
            let before = counts[client] ?? 0
            if let most, before >= most { return false }
            counts[client] = before + 1
            return true
        }
    }

    private func shard(_ client: ClientKey) -> Shard {
        clients[Int(truncatingIfNeeded: UInt(bitPattern: client.hashValue) % 64)]
    }

    private func rates(_ bound: RateBound) -> ClientRates {
        rates.withLock { rates in
            if let rates, rates.bound == bound { return rates }
            let new = ClientRates(bound)
            rates = new
            return new
        }
    }
}

/// A connection's place; given back when nobody holds it any more.
final class Place: Sendable {
    private let places: Places
    private let client: ClientKey?
    /// Kept with the place, so that a later configuration finds the same counts.
    private let registry: PlaceRegistry

    init(in places: Places, of client: ClientKey?, _ registry: PlaceRegistry) {
        self.places = places
        self.client = client
        self.registry = registry
    }

    deinit { places.giveBack(client) }
}
