internal import Synchronization
internal import WeirTesting

/// What stands behind the gateway in a live test: runs a test's closure for every request.
final class LiveUpstream: Sendable {
    /// What came of one exchange.
    struct Seen {
        var request: TestRequest?
        var isComplete = false
    }

    private struct State {
        var delivery = Delivery()
        var answer: TestUpstream = { _ in TestResponse() }
        var seen = Seen()
    }

    private let state = Mutex(State())

    /// Prepares for the next exchange.
    func prepare(_ delivery: Delivery, _ answer: @escaping TestUpstream) {
        state.withLock { $0 = State(delivery: delivery, answer: answer) }
    }

    /// What it got since.
    var seen: Seen { state.withLock { $0.seen } }

    /// Serves the requests of a connection.
    func serve(_ connection: OriginConnection) throws {
        while let head = try connection.head() {
            let (delivery, answer) = state.withLock { state in
                state.seen.request = head.testRequest
                return (state.delivery, state.answer)
            }
            func respond(to request: TestRequest) throws {
                guard delivery.departure != .request else { return try connection.waitForEnd() }
                let message = LiveMessage(answer(request), to: head.method, delivery.response)
                let isCut = delivery.departure == .responseHead
                try message.send(delivery, headOnly: isCut, to: connection.socket)
                if isCut { try connection.waitForEnd() }
            }
            if delivery.answersEarly { try respond(to: head.testRequest) }
            let request = try connection.body(of: head).testRequest
            state.withLock { $0.seen = Seen(request: request, isComplete: true) }
            if !delivery.answersEarly { try respond(to: request) }
        }
    }
}
