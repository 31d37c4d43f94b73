/// Names a value that filters share along a stream. Declare one as a static constant.
public final class StreamKey<Value>: Sendable {
    /// Creates a key of its own identity.
    public init() {}
}

/// A small typed store, empty for most streams.
public struct StreamValues {
    private var entries: [(key: ObjectIdentifier, value: Any)] = []

    init() {}

    /// The value under `key`, or nil.
    public subscript<Value>(key: StreamKey<Value>) -> Value? {
        get {
            let id = ObjectIdentifier(key)
            for entry in entries where entry.key == id { return entry.value as? Value }
            return nil
        }
        set {
            let id = ObjectIdentifier(key)
            entries.removeAll { $0.key == id }
            if let newValue { entries.append((id, newValue)) }
        }
    }

    mutating func clear() {
        if !entries.isEmpty { entries.removeAll(keepingCapacity: true) }
    }
}
