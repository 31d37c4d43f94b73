/// A value that each worker has for itself, so that no request waits for another worker's.
///
/// Touched only through streams, on their loops.
public final class WorkerLocal<Value>: Sendable {
    /// One worker's value; touched on that worker's loop alone.
    @usableFromInline
    final class Slot: @unchecked Sendable {
        @usableFromInline var value: Value

        init(_ value: Value) { self.value = value }
    }

    @usableFromInline let slots: [Slot]

    /// Makes a value for each worker.
    public init(_ services: any GatewayServices, _ make: (_ worker: Int) -> Value) {
        slots = (0..<services.workerCount).map { Slot(make($0)) }
    }

    /// Works with the value of the stream's worker.
    @inlinable
    public func with<Result>(_ stream: FilterStream, _ body: (inout Value) -> Result) -> Result {
        body(&slots[stream.workerIndex].value)
    }
}
