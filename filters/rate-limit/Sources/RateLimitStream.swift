internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// One stream whose response is to say what is left.
final class RateLimitStream: HTTPFilter {
    private let limiter: RateLimiter
    /// What the response is to say.
    var words = Words()
    private var note: Note?

    /// Fields for the response.
    struct Words: Sendable {
        /// What is left, in place of what the upstream may say about itself.
        var quotas: [(HeaderName, ByteString)] = []
        /// What the store wants to be said beside what the upstream says.
        var more: [(HeaderName, ByteString)] = []
    }

    /// What a store says later, on whatever thread.
    final class Note: Sendable {
        private let words = Mutex(Words())

        func write(_ new: Words) { words.withLock { $0 = new } }
        func read() -> Words { words.withLock { $0 } }
    }

    init(_ limiter: RateLimiter) { self.limiter = limiter }

    /// A paper on which the store's words for the response can be put down.
    func waitForNote() -> Note {
        let note = Note()
        self.note = note
        return note
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        limiter.admit(request, stream, for: self)
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        if let note { words = note.read() }
        for (name, value) in words.quotas { response.headers.set(name, value.span) }
        for (name, value) in words.more { response.headers.append(name, value.span) }
        return .continue
    }
}
