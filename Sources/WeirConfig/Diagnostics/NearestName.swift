/// The valid name that was probably meant.
package enum NearestName {
    /// The candidate nearest to `name`, or nil when none is near enough to be meant.
    package static func find(_ name: String, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        // A third of the name may be wrong, as a typing error seldom spoils more.
        var best = max(1, wanted.count / 3) + 1
        var nearest: String?
        for candidate in candidates where candidate != name {
            let other = Array(candidate.lowercased().utf8)
            guard abs(other.count - wanted.count) < best else { continue }
            let distance = distance(wanted, other)
            // Ties go to the name that comes first in the alphabet, as a set has no order.
            if distance < best || (distance == best && nearest.map { candidate < $0 } == true) {
                best = distance
                nearest = candidate
            }
        }
        return nearest
    }

    /// How many insertions, removals, substitutions and swaps of neighbours lead from one to other.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var older: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var cost = min(
                    previous[column] + 1, current[column - 1] + 1,
                    previous[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    cost = min(cost, older[column - 2] + 1)
                }
                current.append(cost)
            }
            older = previous
            previous = current
        }
        return previous[right.count]
    }
}
