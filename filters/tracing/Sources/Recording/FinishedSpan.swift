/// A span as it is exported, in OpenTelemetry's terms.
struct FinishedSpan: Sendable {
    /// Numbered as OTLP does.
    enum Kind: Int, Sendable {
        case server = 2, client = 3

        var name: String { self == .server ? "server" : "client" }
    }

    /// Another trace that has to do with this one.
    struct Link: Sendable {
        var traceHigh: UInt64
        var traceLow: UInt64
        var span: UInt64
        var isSampled: Bool
    }

    /// Something that happened meanwhile.
    struct Event: Sendable {
        /// In nanoseconds since 1970.
        var time: Int64
        var name: String
        var attributes: [SpanAttribute]
    }

    var traceHigh: UInt64
    var traceLow: UInt64
    var id: UInt64
    /// 0 for none.
    var parent: UInt64
    /// Whether the parent is another process's.
    var hasRemoteParent = false
    /// The caller's `tracestate`.
    var traceState = ""
    /// As in `traceparent`.
    var flags: UInt8
    var name: String
    var kind: Kind
    /// In nanoseconds since 1970.
    var start: Int64
    var end: Int64 = 0
    var attributes: [SpanAttribute] = []
    var events: [Event] = []
    var links: [Link] = []
    var isError = false
}

/// A fact about a span, an event or a resource.
struct SpanAttribute: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case text(String)
        case number(Int64)
    }

    var name: String
    var value: Value

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = .text(value)
    }

    init(_ name: String, _ value: Int) {
        self.name = name
        self.value = .number(Int64(value))
    }
}
