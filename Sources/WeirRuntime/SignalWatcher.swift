internal import CLinux

/// Delivers signals to a loop, as events among others instead of interrupts.
public final class SignalWatcher: EventHandler {
    private var descriptor: Int32
    private let loop: EventLoop
    private let handler: (Int32) -> Void

    /// Keeps `signals` from interrupting the calling thread and all threads that it starts later.
    ///
    /// To be called at the start of the program, before any other thread exists: a signal goes to
    /// any thread that does not block it, and would end the process there.
    public static func block(_ signals: [Int32]) { blockSignals(signals) }

    /// Calls `handler` on the loop with each of `signals` that arrives, until `stop`.
    ///
    /// Blocks them in the calling thread; `block` is for the others. Signals of one kind that
    /// arrive faster than they are taken count as one. Throws when no descriptor is left.
    public init(
        signals: [Int32], loop: EventLoop, handler: @escaping (Int32) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.handler = handler
        blockSignals(signals)
        descriptor = openSignalDescriptor(signals)
        guard descriptor >= 0 else { throw SystemError.last("signalfd") }
        try loop.watchAccepting(descriptor, self)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Takes what is pending. The loop calls it.
    public func ready(_ readiness: Readiness) {
        while descriptor >= 0, let signal = takeSignal(descriptor) { handler(signal) }
    }

    /// Ends delivery; the signals stay blocked.
    public func stop() {
        guard descriptor >= 0 else { return }
        loop.unwatch(descriptor)
        close(descriptor)
        descriptor = -1
    }
}
