package import Logging
package import WeirBase
package import WeirFilter
package import WeirRuntime

/// Notices when something keeps a worker's loop from going on, and names the filter that does.
///
/// All streams of the worker wait meanwhile. Nothing can be done about it from outside but to say
/// so: a filter must not block.
package final class StallWatch: TimerTarget {
    /// What is known about one worker's loop.
    package struct Watched {
        let index: Int
        let pulse: LoopPulse
        let marker: FilterMarker
        var beats: UInt64 = 0
        var since = MonotonicTime(nanoseconds: 0)
        var isReported = false

        /// Names a loop, its pulse, and what says which filter it runs.
        package init(index: Int, pulse: LoopPulse, marker: FilterMarker) {
            self.index = index
            self.pulse = pulse
            self.marker = marker
        }
    }

    private let control: EventLoop
    private let registry: MetricsRegistry
    private let log: Logger
    private let limit: Interval
    private var watched: [Watched]
    private lazy var timer = LoopTimer(self)

    /// Begins to watch, from the control loop.
    package init(
        _ workers: [Watched], limit: Interval, registry: MetricsRegistry, control: EventLoop,
        log: Logger
    ) {
        self.control = control
        self.registry = registry
        self.log = log
        self.limit = limit
        watched = workers
        look()
    }

    /// Looks no more.
    package func stop() { timer.cancel() }

    package func timerFired(_ timer: LoopTimer) { look() }

    private func look() {
        for index in watched.indices { look(at: &watched[index]) }
        let pause = Interval(nanoseconds: max(limit.nanoseconds / 2, 1_000_000))
        timer.arm(on: control, at: control.now + pause)
    }

    private func look(at worker: inout Watched) {
        let beats = worker.pulse.beats
        guard beats == worker.beats, !beats.isMultiple(of: 2) else {
            if worker.isReported {
                let time = ConfigDuration(control.now - worker.since)
                log.notice("loop \(worker.index) goes on after about \(time)")
            }
            worker.beats = beats
            worker.since = control.now
            worker.isReported = false
            return
        }
        guard !worker.isReported, control.now - worker.since >= limit else { return }
        worker.isReported = true
        report(worker)
    }

    private func report(_ worker: Watched) {
        let name = worker.marker.current.flatMap { registry.filterName(ofRow: $0) }
        registry.counter(
            "weir_loop_stalls_total", "Times that a loop was kept busy too long, by the filter.",
            [("filter", name ?? "")]
        ).add()
        let culprit = name.map { "filter `\($0)`" } ?? "the gateway itself, no filter,"
        let time = ConfigDuration(limit)
        log.warning(
            """
            \(culprit) has kept loop \(worker.index) busy for more than \(time): \
            all of its connections wait
            """)
    }
}
