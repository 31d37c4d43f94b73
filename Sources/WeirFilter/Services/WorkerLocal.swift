/// A value that each worker has for itself, so that no request waits for another worker's.
///
/// Touched only through streams, on their loops.
public final class WorkerLocal<Value>: Sendable {
    /// One worker's value; touched on that worker's loop alone.
    private final class Slot: @unchecked Sendable {
        var value: Value

        init(_ value: Value) { self.value = value }
    }

    private let slots: [Slot]

    /// Makes a value for each worker.
    public init(_ services: any GatewayServices, _ make: (_ worker: Int) -> Value) {
        slots = (0..<services.workerCount).map { Slot(make($0)) }
    }

    /// Works with the value of the stream's worker.
    public func with<Result>(_ stream: FilterStream, _ body: (inout Value) -> Result) -> Result {
        body(&slots[stream.workerIndex].value)
    }
}
