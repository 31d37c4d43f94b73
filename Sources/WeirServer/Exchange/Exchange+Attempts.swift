internal import WeirFilter
internal import WeirRuntime

/// Telling filters of each time that the request is sent to an endpoint, if any wants to know.
extension Exchange {
    /// A connection is asked for.
    func prepareAttempt(of cluster: String) {
        guard stream.followsAttempts else { return }
        attempt = UpstreamAttempt(
            number: stream.outcome.attempts, cluster: cluster, started: loop.now)
    }

    /// A connection is there; filters may change the head that goes to this endpoint.
    func startAttempt(at endpoint: String) {
        guard attempt != nil else { return }
        attempt?.endpoint = endpoint
        if let attempt { run.attemptStarted(attempt) }
    }

    /// The attempt is over; a cause says why there was no complete response.
    func endAttempt(_ cause: StaticString = "") {
        guard var ended = attempt else { return }
        attempt = nil
        ended.cause = cause
        run.attemptEnded(ended)
    }
}
