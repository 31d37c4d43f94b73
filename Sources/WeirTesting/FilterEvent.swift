internal import Synchronization
public import WeirFilter

/// Something that happened to a stream under test, in the order in which it did.
public enum FilterEvent: Sendable, Equatable {
    /// A filter was called.
    case call(Call)
    /// The pause of one message ended.
    case pauseEnded(isRequest: Bool)
    /// The filter that had paused at the head of one message is to see it once more.
    case askedAgain(isRequest: Bool)
    /// The filter at a place answered while one message visited it.
    case answered(link: Int, isRequest: Bool)
    /// The stream was over, complete or not.
    case finished

    /// A call of a filter.
    public struct Call: Sendable, Equatable {
        /// The filter's place in the chain, from 0.
        public let link: Int
        /// The filter's name.
        public let filter: String
        /// The phase; exactly one.
        public let phase: Phases
        /// How many bytes of body there were.
        public let byteCount: Int
        /// Whether it was the last piece of body.
        public let isLast: Bool
        /// What the filter said; nil from `streamComplete`, which says nothing.
        public let verdict: TestVerdict?
        /// Whether the filter kept bytes of the piece, which it is shown again.
        public let keeps: Bool

        /// Describes a call.
        public init(
            link: Int, filter: String, phase: Phases, byteCount: Int, isLast: Bool,
            verdict: TestVerdict?, keeps: Bool = false
        ) {
            self.link = link
            self.filter = filter
            self.phase = phase
            self.byteCount = byteCount
            self.isLast = isLast
            self.verdict = verdict
            self.keeps = keeps
        }
    }
}

/// The kinds of verdict.
public enum TestVerdict: String, Sendable, CaseIterable {
    /// Go on.
    case `continue`
    /// Answer here.
    case respond
    /// Wait.
    case pause
    /// Collect the body.
    case buffer
    /// End the stream without an answer.
    case cutOff

    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .continue: .continue
            case .respond: .respond
            case .pause: .pause
            case .buffer: .buffer
            case .cutOff: .cutOff
            }
    }
}

/// The events of one stream after the other. Written on one thread; the lock is for the compiler.
package final class Journal: Sendable {
    private let events = Mutex<[FilterEvent]>([])

    package init() {}

    func note(_ event: FilterEvent) { events.withLock { $0.append(event) } }

    /// The events so far.
    func peek() -> [FilterEvent] { events.withLock { $0 } }

    /// The events so far, which are forgotten.
    package func take() -> [FilterEvent] {
        events.withLock { events in
            defer { events.removeAll() }
            return events
        }
    }
}
