internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// A token that was found good, with everything that its next request needs.
final class VerifiedToken: Sendable {
    /// The token as clients send it.
    let text: ByteString
    /// Until when it is good, in nanoseconds since 1970.
    let end: Int64
    let client: ClientIdentity
    /// The fields that the upstream gets.
    let fields: [(name: HeaderName, value: ByteString)]
    /// Where the keys lie that it was verified with; nil for a secret.
    private let shelf: KeyShelf?
    private let generation: Int

    init(
        text: ByteString, end: Int64, client: ClientIdentity,
        fields: [(name: HeaderName, value: ByteString)], shelf: KeyShelf?, generation: Int
    ) {
        self.text = text
        self.end = end
        self.client = client
        self.fields = fields
        self.shelf = shelf
        self.generation = generation
    }

    /// Whether it is still good: its time has not ended, and no key has gone meanwhile.
    func isGood(at now: Int64) -> Bool {
        guard now < end else { return false }
        guard let shelf else { return true }
        return shelf.generation.load(ordering: .acquiring) == generation
    }
}
