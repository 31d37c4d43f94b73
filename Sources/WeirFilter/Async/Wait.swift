/// Something that a stream's task waits for; touched on the stream's loop only.
@safe
final class Wait<Value>: CancellableWait {
    private var continuation: UnsafeContinuation<Value, any Error>?

    /// Waits until `finish` is called, which `begin` sees to.
    func value(_ begin: (Wait<Value>) -> Void) async throws -> Value {
        try await unsafe withUnsafeThrowingContinuation { continuation in
            unsafe self.continuation = continuation
            begin(self)
        }
    }

    /// Whether somebody waits.
    var isOpen: Bool { unsafe continuation != nil }

    /// Ends the wait; once it is over, nothing happens.
    func finish(_ result: Result<Value, any Error>) {
        guard let waiting = unsafe continuation else { return }
        unsafe continuation = nil
        // Both sides are on the stream's loop.
        nonisolated(unsafe) let handed = result
        unsafe waiting.resume(with: handed)
    }

    /// Ends the wait with a `CancellationError`.
    func cancel() { finish(.failure(CancellationError())) }
}

/// A wait that ends with its stream.
protocol CancellableWait: AnyObject {
    var isOpen: Bool { get }
    func cancel()
}
