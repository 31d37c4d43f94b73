internal import Synchronization

/// Who has asked the admin listener something, for pages whose answer takes its time.
package final class AdminAsker: Sendable {
    private struct State {
        var hasGone = false
        var whenGone: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Calls `body` once when nobody waits any more, with or without an answer; at once if that is
    /// so already. On any thread.
    package func whenGone(_ body: @escaping @Sendable () -> Void) {
        let hasGone = state.withLock { state in
            if !state.hasGone { state.whenGone.append(body) }
            return state.hasGone
        }
        if hasGone { body() }
    }

    /// The request is over.
    func leave() {
        let bodies = state.withLock { state in
            defer { state.whenGone = [] }
            state.hasGone = true
            return state.whenGone
        }
        for body in bodies { body() }
    }
}
