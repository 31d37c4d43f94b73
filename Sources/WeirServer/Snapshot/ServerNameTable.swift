package import WeirBase

/// Which of a listener's parts serves connections for a server name (SNI): its own filters and
/// routes, part 0, or one of `server-names`.
package struct ServerNameTable: Sendable {
    private var exact: [String: Int] = [:]
    /// Names of one more label than these, which begin with a dot.
    private var suffixes: [String: Int] = [:]

    /// Builds the table of the parts after the first, in order; names are in lower case.
    package init(_ parts: [[String]]) {
        for (index, names) in parts.enumerated() {
            for name in names {
                if name.hasPrefix("*.") {
                    suffixes[String(name.dropFirst())] = index + 1
                } else {
                    exact[name] = index + 1
                }
            }
        }
    }

    /// The part that serves `name`, in lower case: an exact name first, then a wildcard.
    package func part(for name: String?) -> Int {
        guard let name else { return 0 }
        if let index = exact[name] { return index }
        guard !suffixes.isEmpty, let dot = name.firstIndex(of: ".") else { return 0 }
        return suffixes[String(name[dot...])] ?? 0
    }

    /// The part that serves the host of an authority in lower case, with or without a port.
    package func part(forAuthority authority: borrowing ByteString) -> Int {
        let text = authority.description
        guard !text.hasPrefix("["), let colon = text.lastIndex(of: ":") else {
            return part(for: text)
        }
        return part(for: String(text[..<colon]))
    }
}
