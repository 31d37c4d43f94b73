internal import Synchronization
internal import WeirFilter
internal import WeirTesting

/// A chain under test as a gateway knows it: the types that a configuration may name, and what the
/// configuration says of them.
struct LiveChain: Sendable {
    /// The types, each with its filters watched.
    let types: [FilterType]
    /// The list under `filters`.
    let text: String

    init(_ filters: [TestFilter], noting journal: Journal) {
        text = "[" + filters.map(Self.entry).joined(separator: ", ") + "]"
        var types: [String: FilterType] = [:]
        for (link, filter) in filters.enumerated() where types[filter.name] == nil {
            let places = filters[link...].indices.filter { filters[$0].name == filter.name }
            types[filter.name] = Self.watched(filters[link], at: places, in: journal)
        }
        self.types = Array(types.values)
    }

    /// A filter as it stands in a configuration file.
    private static func entry(_ filter: TestFilter) -> String {
        if case .null = filter.configuration { return filter.name }
        let entry = [(key: filter.name, value: filter.configuration)]
        return TestConfiguration.mapping(entry).description
    }

    /// The filter's type, whose factories tell what happens to their filters. They are made in the
    /// order of the chain.
    private static func watched(
        _ filter: TestFilter, at places: [Int], in journal: Journal
    ) -> FilterType {
        let next = NextPlace(places)
        return filter.type.making(as: filter.name) { decoder in
            let made =
                filter.isScripted
                ? try filter.makeFactory() : try filter.type.makeFactory(from: decoder)
            guard let factory = made as? any FilterFactory else { return made }
            return WatchedFactory(factory, named: filter.name, at: next.take(), in: journal)
        }
    }

    /// Hands out the places at which one filter stands, again from the first after the last.
    private final class NextPlace: Sendable {
        private let places: [Int]
        private let index = Atomic<Int>(0)

        init(_ places: [Int]) { self.places = places }

        func take() -> Int {
            places[index.add(1, ordering: .relaxed).oldValue % places.count]
        }
    }
}
