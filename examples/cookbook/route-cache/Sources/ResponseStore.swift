internal import WeirBase

/// A response that is kept.
struct KeptResponse {
    var headers: [(HeaderName, ByteString)]
    var body = ByteString()
    /// When it was made, by the upstream's `age`.
    let made: MonotonicTime
    let freshUntil: MonotonicTime

    var byteCount: Int {
        headers.reduce(body.count + 64) { $0 + $1.0.bytes.count + $1.1.count + 32 }
    }
}

/// One worker's responses, within a bound, in two generations: when the younger one is half of the
/// bound, it becomes the older one, and what nobody has asked for meanwhile is forgotten at once.
struct ResponseStore {
    private let size: Int
    private var young: [ByteString: KeptResponse] = [:]
    private var old: [ByteString: KeptResponse] = [:]
    private var youngBytes = 0

    init(size: Int) { self.size = size }

    /// The response under `key` that is fresh now; nil when there is none.
    mutating func find(_ key: ByteString, now: MonotonicTime) -> KeptResponse? {
        if let found = young[key] { return found.freshUntil > now ? found : nil }
        guard let found = old.removeValue(forKey: key), found.freshUntil > now else { return nil }
        keep(found, under: key)
        return found
    }

    /// Keeps a response in the place of the one before it.
    mutating func keep(_ response: KeptResponse, under key: ByteString) {
        let count = response.byteCount + key.count
        if youngBytes + count > size / 2 {
            old = young
            young = [:]
            youngBytes = 0
        }
        old[key] = nil
        if let former = young.updateValue(response, forKey: key) {
            youngBytes -= former.byteCount + key.count
        }
        youngBytes += count
    }
}
