internal import WeirBase

/// The usable keys of a JWK set (RFC 7517, section 5), in its order.
final class KeySet: Sendable {
    let keys: [JSONWebKey]
    /// Why the others are not used, as lines for the log; never what is in them.
    let notes: [String]
    private let fingerprints: Set<String>

    /// More keys than any issuer has, so that a set cannot make work without end.
    static let keyLimit = 100
    /// The longest text of a set, in bytes.
    static let sizeLimit = 256 << 10

    /// What is wrong with a whole set.
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads a set. Keys that cannot be used are left out, as section 5 wants it; a set without any
    /// other key is no good.
    init(_ text: Span<UInt8>) throws(Fault) {
        let value: JSONValue
        do {
            value = try JSONReader(depthLimit: 8, sizeLimit: Self.sizeLimit).read(text)
        } catch {
            throw Fault(description: "the key set is no JSON: \(error)")
        }
        guard let members = value["keys"]?.array else {
            throw Fault(description: "the key set has no list `keys`")
        }
        guard members.count <= Self.keyLimit else {
            throw Fault(description: "the key set has more than \(Self.keyLimit) keys")
        }
        var keys: [JSONWebKey] = []
        var notes: [String] = []
        for (index, member) in members.enumerated() {
            do throws(JSONWebKey.Unusable) {
                keys.append(try JSONWebKey(member))
            } catch {
                notes.append("key \(index) of the set is not used: \(error.reason)")
            }
        }
        guard !keys.isEmpty else {
            let why = notes.first.map { "; \($0)" } ?? ""
            throw Fault(description: "the key set has no key that can be used\(why)")
        }
        self.keys = keys
        self.notes = notes
        fingerprints = Set(keys.map(\.fingerprint))
    }

    /// The keys that may have signed a token: those of the name that it gives, or nameless ones;
    /// all when it names none. At most four are worth trying.
    func candidates(_ id: String?, _ algorithm: SignatureAlgorithm) -> [JSONWebKey] {
        let fitting = keys.filter { $0.fits(algorithm) }
        guard let id else { return Array(fitting.prefix(Self.tries)) }
        let named = fitting.filter { $0.isNamed(id) }
        return Array((named.isEmpty ? fitting.filter { $0.id == nil } : named).prefix(Self.tries))
    }

    private static let tries = 4

    /// Whether a key has that name.
    func hasKey(named id: String) -> Bool { keys.contains { $0.isNamed(id) } }

    /// Whether everything that `other` has is here too, so that what it verified is still good.
    func hasAll(of other: KeySet) -> Bool { fingerprints.isSuperset(of: other.fingerprints) }
}
