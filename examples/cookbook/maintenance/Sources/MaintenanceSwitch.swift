internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// What an operator has said of maintenance. Shared by all filters of one name, and by those of the
/// configurations before and after a reload.
final class MaintenanceSwitch: RuntimeControl {
    private enum Setting: UInt8, AtomicRepresentable {
        case asFileSays, on, off
    }

    private let setting = Atomic<Setting>(.asFileSays)

    /// Nil when the file decides.
    var isOn: Bool? {
        switch setting.load(ordering: .relaxed) {
        case .on: true
        case .off: false
        case .asFileSays: nil
        }
    }

    var state: [(name: String, value: String)] {
        [("enabled", isOn.map { "\($0)" } ?? "file")]
    }

    func change(_ settings: [(name: String, value: String)]) throws {
        // All are read before any counts.
        let changes = try settings.map { name, value -> Setting in
            guard name == "enabled" else {
                throw ConfigurationError(at: [name], "no such setting; expected enabled")
            }
            switch value {
            case "true": return .on
            case "false": return .off
            case "file": return .asFileSays
            default:
                throw ConfigurationError(
                    at: [name], "expected true, false or file, found `\(value)`")
            }
        }
        for change in changes { setting.store(change, ordering: .relaxed) }
    }
}

/// Answers while there is maintenance. One object for all streams, on all loops.
final class MaintenanceGate: HTTPFilter, Sendable {
    private let lever: MaintenanceSwitch
    private let fileSaysOn = Atomic<Bool>(false)
    private let allowed: NetworkSet
    private let page: LocalResponse

    init(_ lever: MaintenanceSwitch, _ allowed: NetworkSet, _ page: LocalResponse) {
        self.lever = lever
        self.allowed = allowed
        self.page = page
    }

    func set(byFile isOn: Bool) { fileSaysOn.store(isOn, ordering: .relaxed) }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        guard lever.isOn ?? fileSaysOn.load(ordering: .relaxed) else { return .continue }
        if let client = stream.clientAddress, allowed.contains(client) { return .continue }
        return .respond(page)
    }
}
