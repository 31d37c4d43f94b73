package import WeirBase
package import WeirFilter
package import WeirRuntime

/// Makes the handshake of a new connection's transport, then hands the connection over.
///
/// While it lasts it is the one whom the loop tells about the socket; its owner takes over by
/// watching the socket itself.
package final class Handshake: EventHandler, TimerTarget {
    /// What came of it.
    package enum Outcome {
        /// The transport carries bytes. Some may be there already, for which no edge will come.
        case done
        case failed(HandshakeFailure)
        case timedOut
    }

    private let transport: any Transport
    private let loop: EventLoop
    private var completion: ((Outcome) -> Void)?
    private lazy var timer = LoopTimer(self)

    /// `completion` is called once, at the latest after `limit`.
    package init(
        _ transport: any Transport, loop: EventLoop, limit: Interval,
        completion: @escaping (Outcome) -> Void
    ) {
        self.transport = transport
        self.loop = loop
        self.completion = completion
        timer.arm(on: loop, at: loop.now + limit)
    }

    /// Takes the handshake as far as it goes; it may be over when this returns.
    package func advance() {
        guard completion != nil else { return }
        if transport.hasBacklog { transport.flush() }
        switch transport.handshake() {
        case .done: end(.done)
        case .wouldBlock: break
        case .failed(let failure): end(.failed(failure))
        }
    }

    /// Gives up without telling anybody.
    package func cancel() {
        timer.cancel()
        completion = nil
    }

    package func ready(_ readiness: Readiness) { advance() }

    package func timerFired(_ timer: LoopTimer) { end(.timedOut) }

    private func end(_ outcome: Outcome) {
        timer.cancel()
        guard let completion = completion.take() else { return }
        completion(outcome)
    }
}
