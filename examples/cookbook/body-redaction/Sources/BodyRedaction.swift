internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Blots out card numbers and words in response bodies while they stream by.
public final class BodyRedaction: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Whether card numbers are blotted out; true when nil.
        public var cards: Bool?
        /// Words that are blotted out, in any case; none when nil.
        public var words: [String]?
    }

    /// `body-redaction`
    public static let name = "body-redaction"

    /// What `weir filters body-redaction` shows.
    public static let documentation = FilterDocumentation(
        summary: "Blots out card numbers and words in response bodies while they stream by.",
        phases: [.requestHeaders, .responseHeaders, .responseBody],
        fields: [
            ConfigurationField(
                "cards", "boolean", default: "true",
                "Blots out all but the last four digits of card numbers: 13 to 19 digits, single "
                    + "spaces or hyphens between them, with a valid check digit."),
            ConfigurationField(
                "words", "list of texts", default: "[]",
                "Blots out these, wherever they stand; ASCII letters in any case. At most 256 "
                    + "bytes each."),
        ])

    private let redactor: Redactor
    private let skipped = AtomicLazyReference<Counter>()

    /// Checks the words.
    public init(_ configuration: Configuration) throws {
        let words = configuration.words ?? []
        for (index, word) in words.enumerated() where !(1...256).contains(word.utf8.count) {
            throw ConfigurationError(at: ["words", "\(index)"], "expected 1 to 256 bytes")
        }
        let cards = configuration.cards ?? true
        guard cards || !words.isEmpty else {
            throw ConfigurationError(at: ["words"], "expected words, or cards: true")
        }
        redactor = Redactor(cards: cards, words: words.map { $0.utf8.map(\.lowercased) })
    }

    /// Makes the counter.
    public func provision(_ services: any GatewayServices) throws {
        _ = skipped.storeIfNil(
            services.counter(
                "weir_body_redaction_skipped_total",
                "Responses that were not looked at because their bodies are encoded."))
    }

    /// A filter of its own for each stream: it remembers what pieces begin.
    public func makeFilter() -> any HTTPFilter {
        RedactionFilter(redactor, skipped: skipped.load())
    }
}

/// Redacts one stream's response.
final class RedactionFilter: HTTPFilter {
    private var redactor: Redactor
    private let skipped: Counter?
    private var isSkipping = false

    init(_ redactor: Redactor, skipped: Counter?) {
        self.redactor = redactor
        self.skipped = skipped
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        // Text that is compressed cannot be read, and a part of one may begin inside a number.
        request.headers.remove(.acceptEncoding)
        request.headers.remove("range")
        return .continue
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        let encoding = response.headers["content-encoding"] ?? "identity"
        isSkipping = !encoding.span.equalsIgnoringCase("identity")
        if isSkipping {
            skipped?.add(for: stream)
            stream.log(.warning, "does not look into a body with content-encoding `\(encoding)`")
        } else {
            // The gateway sees to content-length; what else depends on the bytes is ours.
            response.headers.remove(.etag)
            response.headers.remove("accept-ranges")
        }
        return .continue
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        if !isSkipping { redactor.redact(&chunk.bytes, isLast: isLast) }
        return .continue
    }
}
