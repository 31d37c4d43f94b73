internal import WeirBase

/// Counts the commands of a request, so that each gets its reply and no other request's.
struct CommandCounter {
    private var reader: ReplyReader?

    /// How many complete commands the bytes are; nil when they are anything but complete commands.
    mutating func count(_ bytes: Span<UInt8>) -> Int? {
        if reader == nil { reader = ReplyReader() }
        guard let reader, reader.feed(bytes) else { return fail() }
        var count = 0
        var used = 0
        while used < bytes.count {
            let (step, size) = reader.next()
            guard step == .value(isArray: true) else { return fail() }
            used += size
            count += 1
        }
        return count == 0 ? nil : count
    }

    /// What is left of a broken command must not become part of the next one.
    private mutating func fail() -> Int? {
        reader = nil
        return nil
    }
}
