internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

// Connections that carry several requests at a time.
//
// A request takes the first connection of its endpoint that has room. When none has, it waits for
// the one that is being made, and one is made if the endpoint may have another; else the request
// goes to another endpoint, or waits in line until a stream ends somewhere.
extension WorkerCluster {
    var hasPending: Bool { !pending.isEmpty }

    func acquireShared(_ receiver: any UpstreamReceiver, at endpoint: Endpoint) {
        if let client = endpoint.roomy {
            if pending.isEmpty {
                counters.reused += 1
                return client.open(receiver)
            }
            // It is for those who have waited longer.
            announce(client)
        } else if let making = endpoint.making {
            guard mayWait(receiver) else { return }
            receiver.upstreamChosen(endpoint.name)
            return making.add(receiver)
        } else if mayConnect(to: endpoint) {
            return connect(to: endpoint, for: receiver)
        } else if pending.isEmpty {
            // Later, somebody waits only because there is no room anywhere.
            switch place() {
            case .on(let client):
                counters.reused += 1
                return client.open(receiver)
            case .new(let other): return connect(to: other, for: receiver)
            case .none: break
            }
        }
        wait(receiver)
    }

    /// The same for a request that no other endpoint can answer: it does not wait in line.
    func acquireShared(_ receiver: any UpstreamReceiver, only endpoint: Endpoint) {
        if let client = endpoint.roomy {
            counters.reused += 1
            client.open(receiver)
        } else if let making = endpoint.making {
            receiver.upstreamChosen(endpoint.name)
            making.add(receiver)
        } else if mayConnect(to: endpoint) {
            connect(to: endpoint, for: receiver)
        } else {
            receiver.upstreamFailed(.overflow)
        }
    }

    /// Where a request can go, wherever that is.
    private enum Place {
        case on(CodecClient)
        case new(Endpoint)
        case none
    }

    private func place() -> Place {
        var fresh: Endpoint?
        for endpoint in reachable where endpoint.weight > 0 {
            if let client = endpoint.roomy { return .on(client) }
            if fresh == nil && mayConnect(to: endpoint) { fresh = endpoint }
        }
        return fresh.map { .new($0) } ?? .none
    }

    private func mayConnect(to endpoint: Endpoint) -> Bool {
        guard endpoint.making == nil, open < policy.connections else { return false }
        if endpoint.shared.count < policy.sharedConnections { return true }
        // Those that will never have room again do not count.
        let ended = endpoint.shared.filter(\.isLeaving)
        endpoint.shared.removeAll(where: \.isLeaving)
        leaving.append(contentsOf: ended)
        return !ended.isEmpty
    }

    // MARK: Room

    /// A connection takes streams for the first time: for those who waited for it, and if there is
    /// room left for others.
    func settled(_ client: CodecClient, _ making: Connecting) {
        client.endpoint.shared.append(client)
        becameIdle()
        while client.capacity > 0, let receiver = making.popFirst() { client.open(receiver) }
        if client.endpoint.isRetired {
            client.endpoint.shared.removeAll { $0 === client }
            dismiss(client)
        } else if !pending.isEmpty {
            announce(client)
        }
        while let receiver = making.popFirst() { acquire(receiver) }
        left(making)
    }

    /// A connection may have room, or may have settled.
    func announce(_ client: CodecClient) {
        guard !client.isAnnounced else { return }
        client.isAnnounced = true
        announced.append(client)
        schedule()
    }

    /// There may be room somewhere, or for a new connection.
    func lookEverywhere() {
        mustLookEverywhere = true
        schedule()
    }

    private func schedule() {
        guard !isScheduled else { return }
        isScheduled = true
        loop.afterTurn(self)
    }

    /// Gives room to those who wait.
    package func runAfterTurn() {
        isScheduled = false
        let clients = announced
        announced.removeAll(keepingCapacity: true)
        for client in clients { serve(client) }
        if mustLookEverywhere {
            mustLookEverywhere = false
            serveAll()
        }
    }

    private func serve(_ client: CodecClient) {
        client.isAnnounced = false
        if let connecting = client.connecting { return connecting.settle() }
        while client.capacity > 0, let receiver = pending.popFirst() {
            counters.reused += 1
            client.open(receiver)
        }
    }

    /// Looks for room, wherever it is.
    private func serveAll() {
        while !pending.isEmpty {
            switch place() {
            case .on(let client): serve(client)
            case .new(let endpoint):
                guard let receiver = pending.popFirst() else { return }
                connect(to: endpoint, for: receiver)
            case .none: return
            }
        }
    }

    // MARK: Ends

    /// Lets a connection end after its requests; its endpoint has forgotten it.
    func dismiss(_ client: CodecClient) {
        leaving.append(client)
        client.drain()
        becameIdle()
    }

    func closed(_ client: CodecClient) {
        client.endpoint.shared.removeAll { $0 === client }
        leaving.removeAll { $0 === client }
        closed(client.endpoint)
    }

    /// Ends connections without requests, and closes those that do not end by themselves; returns
    /// when to look again.
    func sweepShared() -> MonotonicTime {
        guard isShared else { return .never }
        var next = MonotonicTime.never
        func isExpired(_ client: CodecClient) -> Bool {
            guard client.streams == 0 else { return false }
            let due = client.idleSince + policy.idleTimeout
            if due > loop.now { next = min(next, due) }
            return due <= loop.now
        }
        for client in leaving.filter(isExpired) { client.abandon() }
        for endpoint in endpoints {
            for client in endpoint.shared.filter(isExpired) {
                endpoint.shared.removeAll { $0 === client }
                leaving.append(client)
                client.drain()
                next = min(next, client.idleSince + policy.idleTimeout)
            }
        }
        return next
    }
}
