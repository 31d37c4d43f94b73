internal import WeirBase
internal import WeirFilter
internal import WeirRuntime
internal import WeirUpstream

/// Calls that filters make on behalf of a stream: they end with it.
extension Exchange {
    var unixNanoseconds: Int64 { loop.clock.unixMilliseconds * 1_000_000 }
    var workerIndex: Int { loop.index }

    func count(_ cell: Int, _ amount: UInt64) { worker.shard.addAnywhere(cell, amount) }

    func call(_ cluster: Cluster, _ request: CallRequest, _ done: @escaping (CallResult) -> Void) {
        guard let target = generation.cluster(named: cluster.name) else {
            preconditionFailure("a filter calls a cluster that its configuration does not have")
        }
        worker.shard.add(target.metrics + ClusterMetric.requests.rawValue)
        let call = OutgoingCall(request, on: target, loop: loop) { [unowned self] call, result in
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
        guard let cluster = generation.cluster(named: name) else {
            return done(.failure(.gone))
        }
        shard.add(cluster.metrics + ClusterMetric.requests.rawValue)
        let call = OutgoingCall(request, on: cluster, loop: loop) { [weak self] call, result in
            guard let self else { return }
            calls.removeAll { $0 === call }
            note(result, of: cluster)
            done(result)
        }
        calls.append(call)
        call.start()
    }

    /// Counts what came of a call.
    func note(_ result: CallResult, of cluster: WorkerCluster) {
        switch result {
        case .failure: shard.add(cluster.metrics + ClusterMetric.failures.rawValue)
        case .success(let response) where response.status >= 500:
            shard.add(cluster.metrics + ClusterMetric.serverErrors.rawValue)
        case .success: break
        }
    }
}
