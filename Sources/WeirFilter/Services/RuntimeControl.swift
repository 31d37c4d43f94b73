/// Something that operators can look at and change while the gateway runs.
public protocol RuntimeControl: Sendable {
    /// What can be seen: settings and what has come of them, in the order in which they are shown.
    var state: [(name: String, value: String)] { get }

    /// Changes settings, all of them or none. Throw `ConfigurationError` to name the one at fault.
    func change(_ settings: [(name: String, value: String)]) throws
}
