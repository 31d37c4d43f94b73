package import WeirBase

/// Writes metrics as text.
package struct MetricsText {
    /// How metrics are written.
    package enum Format: Sendable {
        /// Prometheus' text format, version 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.0, which has room for exemplars.
        case openMetrics

        /// The media type of the text.
        package var contentType: ByteString {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private(set) var text = ""
    private let format: Format

    /// Everything that the workers report, summed over them.
    package static func render(
        _ registry: MetricsRegistry, reports: [WorkerReport], gauges: [Gauge],
        filterGauges: [ServiceRegistry.Gauge] = [], as format: Format = .prometheus
    ) -> String {
        var writer = MetricsText(format: format)
        let cells = sum(reports)
        let exemplars = exemplars(reports)
        let entities = registry.entities
        for layout in MetricsLayout.allCases {
            let mine = entities.filter { $0.layout == layout }
            for family in layout.families where !mine.isEmpty {
                writer.write(
                    family, of: mine, labels: layout.labelNames, cells: cells, exemplars)
            }
        }
        writer.writeCauses(reports)
        writer.writeCounters(registry.counters, cells)
        writer.writeGauges(filterGauges)
        writer.writeClusters(reports)
        for gauge in gauges {
            writer.head(gauge.name, gauge.help, gauge.isCounter ? "counter" : "gauge")
            writer.sample(gauge.name, [], gauge.value)
        }
        if format == .openMetrics { writer.text += "# EOF\n" }
        return writer.text
    }

    private init(format: Format) { self.format = format }

    /// A number about the whole process.
    package struct Gauge: Sendable {
        package let name: String
        package let help: String
        package let value: Double
        package let isCounter: Bool

        package init(_ name: String, _ help: String, _ value: Double, isCounter: Bool = false) {
            self.name = name
            self.help = help
            self.value = value
            self.isCounter = isCounter
        }
    }

    private static func sum(_ reports: [WorkerReport]) -> [UInt64] {
        var cells = [UInt64](repeating: 0, count: reports.map(\.cells.count).max() ?? 0)
        for report in reports {
            for index in report.cells.indices { cells[index] &+= report.cells[index] }
        }
        return cells
    }

    private mutating func write(
        _ family: MetricsFamily, of entities: [MetricsRegistry.Entity], labels: [String],
        cells: [UInt64], _ exemplars: [Int: Exemplar]
    ) {
        func cell(_ entity: MetricsRegistry.Entity, _ offset: Int) -> Double {
            let index = entity.base + offset
            return index < cells.count ? Double(cells[index]) : 0
        }
        switch family.cells {
        case .gauge: head(family.name, family.help, "gauge")
        case .durations: head(family.name, family.help, "histogram")
        case .counter, .seconds, .labelled, .labelledOnceSeen:
            head(family.name, family.help, "counter")
        }
        for entity in entities {
            let own = Array(zip(labels, entity.labels))
            switch family.cells {
            case .counter(let offset), .gauge(let offset):
                sample(family.name, own, cell(entity, offset))
            case .seconds(let offset):
                sample(family.name, own, cell(entity, offset) / 1e9)
            case .labelled(let label, let values):
                for (value, offset) in values {
                    sample(family.name, own + [(label, value)], cell(entity, offset))
                }
            case .labelledOnceSeen(let label, let values):
                for (value, offset) in values where cell(entity, offset) > 0 {
                    sample(family.name, own + [(label, value)], cell(entity, offset))
                }
            case .durations(let bounds, let first, let sum):
                var running = 0.0
                for (index, bound) in bounds.enumerated() {
                    running += cell(entity, first + index)
                    let le = "\(Double(bound) / 1_000_000)"
                    sample(
                        family.name + "_bucket", own + [("le", le)], running,
                        exemplars[entity.base + first + index])
                }
                running += cell(entity, first + bounds.count)
                sample(
                    family.name + "_bucket", own + [("le", "+Inf")], running,
                    exemplars[entity.base + first + bounds.count])
                sample(family.name + "_sum", own, cell(entity, sum) / 1_000_000)
                sample(family.name + "_count", own, running)
            }
        }
    }

    private mutating func writeCauses(_ reports: [WorkerReport]) {
        let families: [(String, String, KeyPath<WorkerReport, [String: UInt64]>)] = [
            (
                "weir_local_responses_total", "Answers that the gateway made itself, by cause.",
                \.causes
            ),
            (
                "weir_cut_off_responses_total",
                "Requests left without an answer or without the rest of one, by cause.", \.cutOffs
            ),
            (
                "weir_connection_failures_total",
                "Connections that did not end in order, by cause.", \.connectionFailures
            ),
        ]
        for (name, help, counts) in families {
            var causes: [String: UInt64] = [:]
            for report in reports { causes.merge(report[keyPath: counts], uniquingKeysWith: +) }
            head(name, help, "counter")
            for (cause, count) in causes.sorted(by: { $0.key < $1.key }) {
                sample(name, [("cause", cause)], Double(count))
            }
        }
    }

    mutating func head(_ name: String, _ help: String, _ type: String) {
        // In OpenMetrics `_total` belongs to a counter's sample, not to its family.
        let isShortened = format == .openMetrics && type == "counter" && name.hasSuffix("_total")
        let name = isShortened ? String(name.dropLast(6)) : name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(
        _ name: String, _ labels: [(String, String)], _ value: Double, _ exemplar: Exemplar? = nil
    ) {
        text += name
        if !labels.isEmpty {
            let inner = labels.map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",")
            text += "{\(inner)}"
        }
        let isWhole = value == value.rounded() && abs(value) < 1e15
        text += isWhole ? " \(Int64(value))" : " \(value)"
        if format == .openMetrics, let exemplar { text += exemplar.text }
        text += "\n"
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
