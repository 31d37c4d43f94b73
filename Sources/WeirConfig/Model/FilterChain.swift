/// A chain of filters as it is written: under a name, or inside a listener.
public struct FilterChain: Sendable {
    /// The name under `chains`, or the listener's.
    public let name: String
    /// Where it stands in the file.
    public let mark: SourceMark
    /// The filters in order, chains that it includes unfolded. One that is `off` keeps its place,
    /// so that a route can switch it on there.
    public let filters: [ChainPlace]
}

/// A place in a chain.
public struct ChainPlace: Sendable {
    /// The filter's name.
    public let name: String
    /// The filter, or nil when it is `off` here.
    public let entry: FilterEntry?
    /// Where it stands in the file.
    public let mark: SourceMark
}

/// A route's say about one filter of the chain.
public struct FilterOverride: Sendable {
    /// What the route says.
    public enum Change: Sendable {
        /// The filter is skipped.
        case off
        /// The filter gets this configuration: alone or laid over the chain's, as the filter
        /// declares.
        case configuration(ConfigNode)
    }

    /// The filter's name.
    public let name: String
    /// What the route says.
    public let change: Change
    /// Where the filter's name stands in the file.
    public let mark: SourceMark
    /// The way to the override from the file's root.
    public let path: ConfigPath
}

/// The filters that requests of some route pass, in order: the chain with the route's overrides.
///
/// One object for all routes that change nothing, and one per distinct set of changes.
public final class EffectiveChain: Sendable {
    /// The filters in order, without those that are off.
    public let filters: [FilterEntry]

    init(filters: [FilterEntry]) { self.filters = filters }
}
