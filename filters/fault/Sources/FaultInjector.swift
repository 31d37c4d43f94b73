internal import WeirBase
internal import WeirFilter

/// Draws for each request what happens to it. Shared by all streams.
final class FaultInjector: HTTPFilter, Sendable {
    /// A wait for a share of requests.
    struct Delay: Sendable {
        let interval: Interval
        let share: Percentage
    }

    /// An answer for a share of requests.
    struct Abort: Sendable {
        let response: LocalResponse
        let share: Percentage
    }

    private let delay: Delay?
    private let abort: Abort?
    private let conditions: [FieldCondition]

    init(delay: Delay?, abort: Abort?, conditions: [FieldCondition]) {
        self.delay = delay
        self.abort = abort
        self.conditions = conditions
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        for condition in conditions where !condition.holds(request.headers) { return .continue }
        let random = stream.random
        let delay = delay.flatMap { $0.share.draw(random) ? $0 : nil }
        let abort = abort.flatMap { $0.share.draw(random) ? $0 : nil }
        switch (delay, abort) {
        case (nil, nil): return .continue
        case (let delay?, nil): return stream.pause(for: delay.interval)
        case (nil, let abort?): return .respond(abort.response)
        case (let delay?, let abort?):
            return stream.pause(for: delay.interval, thenRespond: abort.response)
        }
    }
}

/// What a field must say.
struct FieldCondition: Sendable {
    let name: HeaderName
    /// The value; nil when any will do.
    let value: ByteString?

    /// Whether one of the field's lines says it.
    func holds(_ headers: HeaderMap) -> Bool {
        var from = 0
        while let index = headers.index(of: name, from: from) {
            guard let value else { return true }
            if headers.value(at: index).equals(value.span) { return true }
            from = index + 1
        }
        return false
    }
}
