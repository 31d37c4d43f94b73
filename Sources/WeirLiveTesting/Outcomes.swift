internal import Dispatch
internal import Glibc
internal import Synchronization
internal import WeirFilter
internal import WeirTesting

/// How exchanges ended, in the order in which they did.
final class Outcomes: Sendable {
    private let waiting = Mutex<[StreamOutcome]>([])
    private let count = DispatchSemaphore(value: 0)

    func add(_ outcome: StreamOutcome) {
        waiting.withLock { $0.append(outcome) }
        count.signal()
    }

    /// The next one, waited for.
    func next() throws(TestFailure) -> StreamOutcome {
        guard count.wait(timeout: .now() + 10) == .success else {
            throw TestFailure("the gateway does not end the exchange")
        }
        return waiting.withLock { $0.removeFirst() }
    }
}

/// Names of Unix sockets without files, each another one.
enum UnixName {
    private static let last = Atomic<Int>(0)

    static func next() -> String {
        let number = last.add(1, ordering: .relaxed).newValue
        return "unix:@weir-test-\(getpid())-\(number)"
    }
}
