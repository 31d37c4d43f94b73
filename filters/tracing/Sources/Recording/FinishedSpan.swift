internal import WeirBase

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
///
/// Long text is cut, so that what is recorded of a request has a bound.
struct SpanAttribute: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case text(String)
        case number(Int64)
    }

    var name: String
    var value: Value

    /// How many bytes of text are kept.
    static let mostBytes = 1024

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = .text(Self.cut(value))
    }

    /// Takes text as it came, which may be no UTF-8.
    init(_ name: String, bytes: Span<UInt8>) {
        self.name = name
        value = .text(Self.cut(bytes.string))
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > mostBytes else { return text }
        // Half of a character at the end becomes U+FFFD.
        return String(decoding: text.utf8.prefix(mostBytes), as: UTF8.self)
    }

    init(_ name: String, _ value: Int) {
        self.name = name
        self.value = .number(Int64(value))
    }
}
