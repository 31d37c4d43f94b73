/// One worker's counters: plain cells that only its loop touches, summed when somebody asks.
package final class CounterCells {
    package private(set) var cells: [UInt64]

    package init(count: Int) { cells = Array(repeating: 0, count: count) }

    /// Makes room for the cells of a new snapshot; old ones keep their values.
    package func grow(to count: Int) {
        if count > cells.count {
            cells.append(contentsOf: repeatElement(0, count: count - cells.count))
        }
    }

    /// Adds to a cell.
    package func add(_ cell: Int, _ amount: UInt64 = 1) { cells[cell] &+= amount }

    /// Adds to a cell that may be younger than the snapshot in service.
    package func addAnywhere(_ cell: Int, _ amount: UInt64) {
        if cell >= cells.count { grow(to: cell + 1) }
        cells[cell] &+= amount
    }

    /// Takes away from a cell that is a gauge.
    package func subtract(_ cell: Int, _ amount: UInt64 = 1) { cells[cell] &-= amount }
}
