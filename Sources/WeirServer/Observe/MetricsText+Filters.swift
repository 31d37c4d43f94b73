internal import WeirFilter

/// What filters count and show themselves.
extension MetricsText {
    /// What filters count, the series of one name together.
    mutating func writeCounters(
        _ counters: [MetricsRegistry.FilterCounter], _ cells: [UInt64]
    ) {
        var byName: [String: [MetricsRegistry.FilterCounter]] = [:]
        for counter in counters { byName[counter.name, default: []].append(counter) }
        for (name, series) in byName.sorted(by: { $0.key < $1.key }) {
            head(name, series[0].help, "counter")
            for one in series {
                let own = one.cell < cells.count ? cells[one.cell] : 0
                sample(
                    name, one.labels.map { ($0.name, $0.value) },
                    Double(own &+ one.counter.sharedValue))
            }
        }
    }

    /// What filters show, those of the same name and labels summed.
    mutating func writeGauges(_ gauges: [ServiceRegistry.Gauge]) {
        var byName: [String: [ServiceRegistry.Gauge]] = [:]
        for gauge in gauges { byName[gauge.name, default: []].append(gauge) }
        for (name, series) in byName.sorted(by: { $0.key < $1.key }) {
            head(name, series[0].help, "gauge")
            var left = series[...]
            while let first = left.first {
                let same = left.filter { $0.labels.elementsEqual(first.labels, by: ==) }
                left.removeAll { $0.labels.elementsEqual(first.labels, by: ==) }
                sample(
                    name, first.labels.map { ($0.name, $0.value) },
                    same.reduce(0) { $0 + $1.value() })
            }
        }
    }
}
