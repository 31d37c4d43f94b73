internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// What is made from files, and made again when one of them changes.
///
/// Users take the value once and keep it as long as they need it; a new one is for those that come
/// later. When the files are no good, the old value stays.
final class Reloadable<Value: Sendable>: Sendable {
    private let files: [ConfigFile]
    private let make: @Sendable () throws(ConfigurationError) -> Value
    private let held = Mutex<Value?>(nil)

    init(_ files: [ConfigFile], _ make: @escaping @Sendable () throws(ConfigurationError) -> Value)
    {
        self.files = files
        self.make = make
    }

    /// The newest value; nil before `start`.
    var value: Value? { held.withLock { $0 } }

    /// Makes the first value and watches the files. `changed` is called with each value.
    func start(
        _ services: any GatewayServices, changed: @escaping @Sendable (Value) -> Void
    ) throws(ConfigurationError) {
        let first = try make()
        held.withLock { $0 = first }
        changed(first)
        for path in Set(files.map(\.path)).sorted() {
            services.watch(path) { [self] in reload(services, path, changed) }
        }
    }

    private func reload(
        _ services: any GatewayServices, _ path: String, _ changed: (Value) -> Void
    ) {
        do throws(ConfigurationError) {
            let fresh = try make()
            held.withLock { $0 = fresh }
            services.log(.notice, "\(path) has changed and is in use for new connections")
            changed(fresh)
        } catch {
            services.log(
                .error, "\(path) has changed, but what was loaded before stays in use: \(error)")
        }
    }
}
