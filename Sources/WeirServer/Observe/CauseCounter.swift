internal import WeirBase

/// Counts the causes of answers that the gateway made itself. There are few, so a list will do.
final class CauseCounter {
    private(set) var entries: [(cause: StaticString, count: UInt64)] = []

    func add(_ cause: StaticString) {
        for index in entries.indices where entries[index].cause.span.equals(cause) {
            entries[index].count += 1
            return
        }
        entries.append((cause, 1))
    }
}
