import Synchronization

/// The right to end a pause: one use, from any thread.
///
/// It cannot be copied. If it is dropped without use, the stream ends with a 500 whose cause is
/// `pause_dropped` instead of hanging.
public struct PauseToken: ~Copyable, Sendable {
    private var target: (any PauseTarget)?
    private let pause: UInt64

    package init(target: any PauseTarget, pause: UInt64) {
        self.target = target
        self.pause = pause
    }

    deinit { target?.endPause(pause, .dropped) }

    /// Lets the stream go on with the next filter.
    public consuming func resume() {
        target.take()?.endPause(pause, .resume)
    }

    /// Calls the filter that waited once more in the same phase, on the stream's loop: now that
    /// what it waited for is there, it may look at the stream and change it, which no other thread
    /// may. In a body phase it is shown what it left in the piece.
    public consuming func askAgain() {
        target.take()?.endPause(pause, .askAgain)
    }

    /// Answers the client here.
    public consuming func respond(_ response: LocalResponse) {
        target.take()?.endPause(pause, .respond(response))
    }

    /// Wraps the token for use from closures, which cannot consume what they capture.
    ///
    /// The first call of any method counts, later ones do nothing; dropping the wrapper unused
    /// is the same as dropping the token.
    public consuming func shared() -> SharedPauseToken {
        SharedPauseToken(target: target.take(), pause: pause)
    }
}

/// A pause token that closures can hold.
public final class SharedPauseToken: Sendable {
    private let target: (any PauseTarget)?
    private let pause: UInt64
    private let used = Atomic<Bool>(false)

    init(target: (any PauseTarget)?, pause: UInt64) {
        self.target = target
        self.pause = pause
    }

    deinit { end(.dropped) }

    /// Lets the stream go on with the next filter.
    public func resume() { end(.resume) }

    /// Calls the filter that waited once more, as `PauseToken.askAgain` does.
    public func askAgain() { end(.askAgain) }

    /// Answers the client here.
    public func respond(_ response: LocalResponse) { end(.respond(response)) }

    private func end(_ outcome: PauseOutcome) {
        guard !used.exchange(true, ordering: .acquiringAndReleasing) else { return }
        target?.endPause(pause, outcome)
    }
}

/// Proof that a pause was asked for; only `FilterStream.pause` makes one. It is good as the return
/// value of the call in which it was made and turns into a 500 in any other.
public struct PauseTicket {
    package let pause: UInt64
    /// What answers the client when the pause ends with `resume`; nil to go on.
    let answer: LocalResponse?
    /// How the stream ends when the pause does; nil when it goes on.
    let cut: (cause: StaticString, manner: CutOff)?

    /// Whether the pause ends by itself.
    let isTimed: Bool

    init(
        pause: UInt64, isTimed: Bool = false, answer: LocalResponse? = nil,
        cut: (cause: StaticString, manner: CutOff)? = nil
    ) {
        self.pause = pause
        self.isTimed = isTimed
        self.answer = answer
        self.cut = cut
    }
}

/// How a pause ended.
package enum PauseOutcome: Sendable {
    case resume
    case askAgain
    case respond(LocalResponse)
    case dropped
}

/// Who is told, on any thread, that a pause ended. Pauses that are over are ignored.
package protocol PauseTarget: Sendable, AnyObject {
    func endPause(_ pause: UInt64, _ outcome: PauseOutcome)
}
