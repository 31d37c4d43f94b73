/// A queue.
struct Fifo<Element> {
    private var items: [Element?] = []
    private var start = 0

    var count: Int { items.count - start }
    var isEmpty: Bool { items.count == start }
    var first: Element? { isEmpty ? nil : items[start] }

    mutating func append(_ element: Element) { items.append(element) }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = items[start].take()
        start += 1
        if isEmpty {
            items.removeAll(keepingCapacity: true)
            start = 0
        } else if start >= 256 && start * 2 >= items.count {
            items.removeFirst(start)
            start = 0
        }
        return element
    }
}
