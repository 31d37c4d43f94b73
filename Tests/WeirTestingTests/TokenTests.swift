import Dispatch
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

/// A thread of its own: the global queues share theirs with the tests that wait.
let otherThread = DispatchQueue(label: "other thread")

/// Keeps a token where the test can reach it.
final class TokenBox: Sendable {
    private let token = Mutex<SharedPauseToken?>(nil)

    func put(_ new: consuming PauseToken) {
        let shared = new.shared()
        token.withLock { $0 = shared }
    }

    func take() -> SharedPauseToken? {
        token.withLock { token in
            defer { token = nil }
            return token
        }
    }
}

@Suite struct TokenTests {
    @Test func sharedTokenDroppedOnAnotherThread() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in stream.pause { box.put($0) } }
        ])
        let exchange = test.begin()
        exchange.turn()
        #expect(exchange.isPaused)
        otherThread.async { _ = box.take() }
        try exchange.run()
        #expect(exchange.result.cause == "pause_dropped")
    }

    @Test func onlyTheFirstUseOfASharedTokenCounts() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in stream.pause { box.put($0) } }
        ])
        let exchange = test.begin()
        exchange.turn()
        let token = box.take()
        DispatchQueue.concurrentPerform(iterations: 8) { _ in token?.resume() }
        token?.respond(LocalResponse(status: 500, cause: "late"))
        try exchange.run()
        #expect(exchange.result.cause == "")
        #expect(exchange.result.response?.status == 200)
    }

    @Test func tokenOfADeadStreamIsIgnored() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .responseHeaders) { stream in stream.pause { box.put($0) } }
        ])
        let dead = test.begin()
        dead.turn()
        dead.reset()
        #expect(dead.result.cause == "client_reset")
        let late = box.take()
        // The next stream of the connection waits at the same place, for a token of its own.
        let next = test.begin()
        next.turn()
        #expect(next.isPaused)
        late?.respond(LocalResponse(status: 500, cause: "late"))
        next.turn()
        #expect(next.isPaused)
        box.take()?.resume()
        try next.run()
        #expect(next.result.response?.status == 200)
    }

    @Test func newsOfADeadStreamReachesNoPassOfTheNext() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .responseHeaders) { stream in stream.pause { box.put($0) } },
            .saying("b", in: .requestHeaders) { $0.pause(for: .seconds(1)) },
        ])
        let dead = test.begin()
        dead.advance(by: .seconds(1))
        dead.reset()
        let next = test.begin()
        next.turn()
        box.take()?.resume()
        next.turn()
        // The request still waits, and nobody took the news for its own.
        #expect(next.isPaused)
        #expect(!next.result.events.contains(.pauseEnded(isRequest: false)))
    }

    @Test func timerOfADeadStreamIsIgnored() throws {
        let test = try FilterTest([
            .saying("a", in: .responseHeaders) { $0.pause(for: .seconds(5)) }
        ])
        let dead = test.begin()
        dead.turn()
        dead.reset()
        let next = test.begin()
        next.turn()
        next.advance(by: .milliseconds(4999))
        #expect(next.isPaused)
        next.advance(by: .milliseconds(1))
        #expect(next.isComplete)
    }

    @Test func waitingBlocksNoThreadOfSwiftsOwn() async throws {
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in
                stream.pause { token in
                    let token = token.shared()
                    Task.detached { token.resume() }
                }
            }
        ])
        let exchange = test.begin()
        try await exchange.runWaiting()
        #expect(exchange.isComplete)
    }

    @Test func aKeptTokenIsReportedAsAHang() throws {
        let box = TokenBox()
        let test = try FilterTest([
            .saying("a", in: .requestHeaders) { stream in stream.pause { box.put($0) } }
        ])
        let exchange = test.begin()
        #expect(throws: TestFailure.self) { try exchange.run(patience: .milliseconds(1)) }
    }
}
