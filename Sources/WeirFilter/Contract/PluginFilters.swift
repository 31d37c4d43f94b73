/// What a plug-in hands to the gateway that loads it: its kinds of filters.
///
/// `weir plugin build` writes the code that makes one; nobody else needs it.
public final class PluginFilters: Sendable {
    /// The kinds of filters, in the order of the plug-in's sources.
    public let types: [FilterType]

    /// Gathers what a plug-in has.
    public init(_ types: [FilterType]) { self.types = types }
}
