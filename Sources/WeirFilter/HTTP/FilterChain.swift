/// The filters of one route in order, compiled from configuration once and shared by all loops.
package final class FilterChain: Sendable {
    /// One filter of the chain.
    package final class Link: Sendable {
        /// The filter's name.
        package let name: String
        /// What makes its filters.
        package let factory: any FilterFactory
        /// The phases in which it wants to be called.
        package let phases: Phases
        /// The row of its counters in the owner's tables.
        package let counters: Int

        package init(name: String, factory: any FilterFactory, counters: Int = 0) {
            self.name = name
            self.factory = factory
            self.phases = factory.phases
            self.counters = counters
        }
    }

    package let links: [Link]

    /// Each link's first counter: verdicts by kind, in the order of `VerdictKind`.
    let counters: [Int]

    /// The phases that any filter wants; the others are skipped without a look at the links.
    package let phases: Phases

    /// The filters themselves, when none of them has a state of its own per stream.
    let shared: SharedFilters?

    /// Compiles links. `isProvisioned` says that filters can be made already: then those that are
    /// the same for all streams are made now.
    package init(_ links: [Link], isProvisioned: Bool = false) {
        shared = isProvisioned ? SharedFilters(links) : nil
        self.links = links
        counters = links.map(\.counters)
        phases = links.reduce(into: []) { $0.formUnion($1.phases) }
    }

    /// The chain without filters.
    package static let empty = FilterChain([])
}

/// Filters that serve all streams: their factories return the same object every time, which the
/// contract allows for those without a state per stream. They are used on all loops.
struct SharedFilters: @unchecked Sendable {
    let filters: [any HTTPFilter]

    /// Nil when any of the filters is another one for each stream.
    init?(_ links: [FilterChain.Link]) {
        var filters: [any HTTPFilter] = []
        for link in links {
            let filter = link.factory.makeFilter()
            guard filter === link.factory.makeFilter() else { return nil }
            filters.append(filter)
        }
        self.filters = filters
    }
}

/// Who takes the time of filters.
package protocol FilterObserver: AnyObject {
    /// Whether the time of the stream that begins is to be taken; true for a few of many.
    func wantsTimes() -> Bool

    /// A clock in nanoseconds, read around the calls of a stream whose time is taken.
    func clock() -> Int64

    /// A filter took so many nanoseconds in one call.
    func observe(_ link: FilterChain.Link, nanoseconds: Int64)
}

/// The kinds of verdict, as they are counted.
package enum VerdictKind: Int, CaseIterable, Sendable {
    case `continue`, respond, pause, buffer, cutOff

    /// The word that metrics and traces have for it.
    package var label: String { self == .cutOff ? "abort" : "\(self)" }
}
