internal import WeirBase
internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

/// Calls that filters make on behalf of a stream: they end with it.
extension Exchange {
    var unixNanoseconds: Int64 { loop.clock.unixMilliseconds * 1_000_000 }

    func call(_ cluster: String, _ request: CallRequest, _ done: @escaping (CallResult) -> Void) {
        let target = worker.target(of: cluster, in: generation)
        let call = OutgoingCall(
            request, to: cluster, on: target, loop: loop
        ) { [unowned self] call, result in
            calls.removeAll { $0 === call }
            worker.note(result, of: target)
            done(result)
        }
        calls.append(call)
        call.start()
    }

    /// The stream is over: nobody waits for its calls.
    func cancelCalls() {
        guard !calls.isEmpty else { return }
        let left = calls
        calls.removeAll()
        for call in left { call.cancel() }
    }
}

/// Calls of the gateway's own.
extension Worker {
    func call(
        _ name: String, _ request: CallRequest, _ done: @escaping @Sendable (CallResult) -> Void
    ) {
        let target = target(of: name, in: generation)
        let call = OutgoingCall(
            request, to: name, on: target, loop: loop
        ) { [weak self] call, result in
            guard let self else { return }
            calls.removeAll { $0 === call }
            note(result, of: target)
            done(result)
        }
        calls.append(call)
        call.start()
    }

    /// The cluster of that name, counted as asked; nil when the configuration has none any more,
    /// as for a client that has kept its connection over a reload.
    func target(of name: String, in generation: WorkerGeneration) -> WorkerCluster? {
        let cluster = generation.cluster(named: name)
        if let cluster { shard.add(cluster.metrics + ClusterMetric.requests.rawValue) }
        return cluster
    }

    /// Counts what came of a call.
    func note(_ result: CallResult, of cluster: WorkerCluster?) {
        guard let cluster else { return }
        switch result {
        case .failure: shard.add(cluster.metrics + ClusterMetric.failures.rawValue)
        case .success(let response) where response.status >= 500:
            shard.add(cluster.metrics + ClusterMetric.serverErrors.rawValue)
        case .success: break
        }
    }
}
