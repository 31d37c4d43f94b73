package import WeirFilter

/// What connections of a listener or a cluster pass before HTTP/1: compiled from `connection`.
package struct ConnectionPlan: Sendable {
    /// The connection filters, outermost first.
    package let filters: [any ConnectionFilterFactory]
    /// The codecs besides HTTP/1, the preferred one first.
    package let codecs: [any CodecFactory]
    /// The ALPN names of what is spoken, the preferred one first.
    package let protocols: [String]
    /// The configuration as text: plans of the same text do the same.
    package let key: String

    /// Plain TCP and HTTP/1.
    package static let plain = ConnectionPlan(filters: [], codecs: [], speaksHTTP1: true, key: "")

    /// `speaksHTTP1` says that HTTP/1 is spoken too.
    package init(
        filters: [any ConnectionFilterFactory], codecs: [any CodecFactory], speaksHTTP1: Bool,
        key: String
    ) {
        self.filters = filters
        self.codecs = codecs
        protocols =
            codecs.map { type(of: $0).applicationProtocol } + (speaksHTTP1 ? ["http/1.1"] : [])
        self.key = key
    }

    /// Whether there is nothing but TCP and HTTP/1.
    package var isPlain: Bool { filters.isEmpty && codecs.isEmpty }

    /// The codec that was agreed on; nil for HTTP/1.
    package func codec(named name: String) -> (any CodecFactory)? {
        codecs.first { type(of: $0).applicationProtocol == name }
    }
}
