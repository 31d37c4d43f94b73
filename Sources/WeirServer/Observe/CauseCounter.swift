internal import WeirBase

/// Counts causes: of answers that the gateway made itself, of connections that did not end in
/// order. There are few, so a list will do.
final class CauseCounter {
    private(set) var entries: [(cause: StaticString, count: UInt64)] = []

    func add(_ cause: StaticString) {
        for index in entries.indices where entries[index].cause.span.equals(cause) {
            entries[index].count += 1
            return
        }
        entries.append((cause, 1))
    }

    /// A copy of the counts.
    var byName: [String: UInt64] {
        Dictionary(entries.map { ($0.cause.description, $0.count) }, uniquingKeysWith: +)
    }
}
