/// What a PEM file (RFC 7468) holds, by the labels of its parts.
enum PEM {
    /// The labels in order: `CERTIFICATE`, `PRIVATE KEY`.
    static func labels(_ bytes: [UInt8]) -> [String] {
        var labels: [String] = []
        for line in bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let start = "-----BEGIN ".utf8
            guard line.starts(with: start) else { continue }
            let rest = line.dropFirst(start.count)
            let label = rest.prefix { $0 != UInt8(ascii: "-") }
            labels.append(String(decoding: label, as: UTF8.self))
        }
        return labels
    }

    /// Says what is in a file in place of what was expected.
    static func found(_ bytes: [UInt8]) -> String {
        let labels = labels(bytes)
        if bytes.isEmpty { return "the file is empty" }
        if labels.isEmpty { return "the file is not PEM: it has no line `-----BEGIN …`" }
        return "the file holds: \(labels.joined(separator: ", "))"
    }
}
