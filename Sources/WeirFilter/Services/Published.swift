public import Synchronization

/// A value that any thread may replace and that streams read without waiting for each other: a
/// table made from a file that changes now and then.
///
/// Each worker holds a copy and looks, for every use, whether it is still the newest; only then,
/// once per change, does it take a lock.
public final class Published<Value: Sendable>: Sendable {
    @usableFromInline
    struct Copy {
        @usableFromInline var version: Int
        @usableFromInline var value: Value
    }

    @usableFromInline let newestCopy: Mutex<Copy>
    @usableFromInline let version = Atomic<Int>(0)
    @usableFromInline let copies: WorkerLocal<Copy>

    /// Publishes a first value.
    public init(_ services: any GatewayServices, _ value: Value) {
        newestCopy = Mutex(Copy(version: 0, value: value))
        copies = WorkerLocal(services) { _ in Copy(version: 0, value: value) }
    }

    /// Publishes another value, from any thread. Streams see it from their next use on.
    public func replace(with value: Value) {
        newestCopy.withLock { newest in
            newest.value = value
            newest.version += 1
            version.store(newest.version, ordering: .releasing)
        }
    }

    /// The newest value, for those without a stream. Takes a lock.
    public var newest: Value { newestCopy.withLock { $0.value } }

    /// Works with the newest value.
    @inlinable
    public func with<Result>(_ stream: FilterStream, _ body: (borrowing Value) -> Result) -> Result
    {
        copies.with(stream) { copy in
            if version.load(ordering: .acquiring) != copy.version {
                copy = newestCopy.withLock { $0 }
            }
            return body(copy.value)
        }
    }
}
