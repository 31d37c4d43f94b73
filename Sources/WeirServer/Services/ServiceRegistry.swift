internal import Synchronization
internal import WeirFilter

/// What factories have put up for others to see: shared objects, gauges, controls. Objects are
/// shared over reloads; gauges and controls go with the factory that put them up.
package final class ServiceRegistry: Sendable {
    /// A gauge's name and labels, and how to read it.
    package struct Gauge: Sendable {
        let owner: ObjectIdentifier
        let name: String
        let help: String
        let labels: [(name: String, value: String)]
        let value: @Sendable () -> Double
    }

    /// Something that operators can change.
    struct Control: Sendable {
        let owner: ObjectIdentifier
        let filter: String
        let name: String
        let control: any RuntimeControl
    }

    private struct Shared {
        weak var object: (any AnyObject & Sendable)?
    }

    private struct State {
        var shared: [String: Shared] = [:]
        var gauges: [Gauge] = []
        var controls: [Control] = []
    }

    private let state = Mutex(State())

    /// The object under `key`, made if nobody holds one.
    func shared<Value: AnyObject & Sendable>(_ key: String, _ make: () -> Value) -> Value {
        state.withLock { state in
            if let known = state.shared[key]?.object as? Value { return known }
            let value = make()
            state.shared = state.shared.filter { $0.value.object != nil }
            state.shared[key] = Shared(object: value)
            return value
        }
    }

    func add(_ gauge: Gauge) { state.withLock { $0.gauges.append(gauge) } }

    func add(_ control: Control) { state.withLock { $0.controls.append(control) } }

    /// Takes back what a factory has put up.
    func remove(_ owner: ObjectIdentifier) {
        state.withLock { state in
            state.gauges.removeAll { $0.owner == owner }
            state.controls.removeAll { $0.owner == owner }
        }
    }

    /// All gauges, in the order in which they were put up.
    var gauges: [Gauge] { state.withLock { $0.gauges } }

    /// All controls, in the order in which they were put up.
    var controls: [Control] { state.withLock { $0.controls } }
}
