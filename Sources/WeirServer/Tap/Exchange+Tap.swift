internal import WeirBase
internal import WeirFilter
internal import WeirRuntime

/// Recording the streams that somebody has asked to see.
extension Exchange {
    /// Starts to record the stream if a tap takes it. Its route is known, and nothing has happened.
    func startRecording() {
        guard !listener.isInternal else { return }
        let taps = worker.taps.filter { $0.takes(stream) }
        guard let first = taps.first else { return }
        run.record(
            with: StreamRecorder(stream, redaction: first.redaction) {
                MonotonicTime.current().nanoseconds
            })
        self.taps = taps
        worker.recorded.append(self)
    }

    /// The stream has ended: whoever has asked gets its record.
    func endRecording() {
        worker.recorded.removeAll { $0 === self }
        for tap in taps { tap.ended(tap.isAbout(stream) ? record(hasEnded: true) : nil) }
        taps = []
    }

    private func record(hasEnded: Bool) -> StreamRecord? {
        run.recorder?.record(of: run, hasEnded: hasEnded)
    }

    /// What has happened so far, for a tap that waits no longer.
    func unfinishedRecord(for tap: Tap) -> StreamRecord? {
        guard taps.contains(where: { $0 === tap }), tap.isAbout(stream) else { return nil }
        stream.outcome.duration = loop.now - stream.started
        return record(hasEnded: false)
    }
}

extension Worker {
    /// A tap is armed.
    func arm(_ tap: Tap) { taps.append(tap) }

    /// Nobody waits for the tap any more. What streams under way it has yet to get is returned.
    @discardableResult
    func disarm(_ tap: Tap) -> [StreamRecord] {
        let unfinished = recorded.compactMap { $0.unfinishedRecord(for: tap) }
        taps.removeAll { $0 === tap }
        return unfinished
    }
}
