public import WeirBase

/// Something that happened on a stream, noted for its trace.
public struct StreamEvent: Sendable {
    /// When.
    public let time: MonotonicTime
    /// What, in a word that machines can read: `fault.delay`.
    public let name: String
    /// What else there is to say.
    public let attributes: [(name: String, value: String)]

    /// Describes what happened.
    public init(
        time: MonotonicTime, name: String, attributes: [(name: String, value: String)] = []
    ) {
        self.time = time
        self.name = name
        self.attributes = attributes
    }
}

extension FilterStream {
    /// Notes what a filter has done, if anybody records it. Without `recordsEvents` the attributes
    /// are not even made.
    public func note(
        _ name: StaticString, _ attributes: @autoclosure () -> [(name: String, value: String)] = []
    ) {
        guard recordsEvents, events.count < Self.mostEvents else { return }
        events.append(
            StreamEvent(time: now, name: name.description, attributes: attributes()))
    }

    /// How many events a stream keeps; later ones are not noted.
    public static let mostEvents = 128
}
