internal import WeirBase
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
        // A codec without a name needs no agreement, so peers are asked for none.
        protocols =
            codecs.map { type(of: $0).applicationProtocol }.filter { !$0.isEmpty }
            + (speaksHTTP1 ? ["http/1.1"] : [])
        prefaces = codecs.compactMap { codec in
            let text = type(of: codec).preface
            return text.utf8CodeUnitCount > 0 ? (text, codec) : nil
        }
        self.key = key
    }

    /// What clients that did not agree on a codec send first to be understood by it.
    package let prefaces: [(text: StaticString, codec: any CodecFactory)]

    /// Whether there is nothing but TCP and HTTP/1.
    package var isPlain: Bool { filters.isEmpty && codecs.isEmpty }

    /// What the connection filters make of a connection.
    package enum Passage {
        /// Its bytes go through this transport, and these objects are kept as long as it lasts.
        case through(any Transport, holding: [AnyObject])
        /// A filter wants none of it; the filters before it have made this transport.
        case refused(StaticString, over: any Transport)
    }

    /// Asks the connection filters, outermost first; each stands on what those before it made.
    package func pass(
        _ socket: any Transport,
        asking verdict: (any ConnectionFilterFactory, any Transport) -> ConnectionVerdict
    ) -> Passage {
        var transport = socket
        var held: [AnyObject] = []
        for filter in filters {
            switch verdict(filter, transport) {
            case .accept: break
            case .acceptHolding(let object): held.append(object)
            case .refuse(let cause): return .refused(cause, over: transport)
            case .wrap(let outer): transport = outer
            }
        }
        return .through(transport, holding: held)
    }

    /// The codec that was agreed on; nil for HTTP/1.
    package func codec(named name: String) -> (any CodecFactory)? {
        codecs.first { type(of: $0).applicationProtocol == name }
    }

    /// What a client's first bytes say about its protocol.
    package enum Recognition {
        case codec(any CodecFactory)
        /// It speaks none of the codecs' protocols.
        case none
        /// So far the bytes begin a preface.
        case undecided
    }

    /// Compares a client's first bytes with the prefaces.
    package func recognise(_ bytes: Span<UInt8>) -> Recognition {
        var mayCome = false
        for (text, codec) in prefaces {
            let preface = text.span
            let count = min(bytes.count, preface.count)
            guard bytes.extracting(0..<count).equals(preface.extracting(0..<count)) else {
                continue
            }
            if count == preface.count { return .codec(codec) }
            mayCome = true
        }
        return mayCome ? .undecided : .none
    }
}
