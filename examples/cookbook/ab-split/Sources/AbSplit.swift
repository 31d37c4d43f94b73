public import WeirBase
public import WeirFilter

/// Splits users between variants by a cookie and tells the upstream which one is theirs.
public struct AbSplit: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The variants among which users are split.
        public var variants: [Variant]
        /// The cookie that keeps a user's variant; `variant` when nil.
        public var cookie: String?
        /// The field that tells the upstream; `x-variant` when nil.
        public var header: String?
        /// How long a browser keeps the cookie; 30 days when nil.
        public var keep: ConfigDuration?
    }

    /// A variant of a site.
    public struct Variant: Decodable, Sendable {
        /// What it is called in the cookie and upstream.
        public var name: String
        /// Its share of the users, relative to those of the others; 1 when nil.
        public var weight: Int?
    }

    /// `ab-split`
    public static let name = "ab-split"

    /// The user's variant, for filters later in the chain.
    public static let variant = StreamKey<ByteString>()

    /// What `weir filters ab-split` shows.
    public static let documentation = FilterDocumentation(
        summary: "Splits users between variants by a cookie and tells the upstream.",
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [.requestHeaders, .responseHeaders],
        fields: [
            ConfigurationField(
                "variants.name", "word", default: nil,
                "A variant's name, in the cookie and in the field: letters, digits, `-`, `_`."),
            ConfigurationField(
                "variants.weight", "number from 0", default: "1",
                "Its share of new users, relative to the other weights."),
            ConfigurationField(
                "cookie", "cookie name", default: "variant", "The cookie that keeps the variant."),
            ConfigurationField(
                "header", "field name", default: "x-variant", "The field that tells the upstream."),
            ConfigurationField(
                "keep", "duration", default: "30d", "How long a browser keeps the cookie."),
        ])

    private let splitter: Splitter

    /// Checks names and weights.
    public init(_ configuration: Configuration) throws {
        var variants: [Splitter.Variant] = []
        var total = 0
        for (index, variant) in configuration.variants.enumerated() {
            guard Self.isWord(variant.name) else {
                throw ConfigurationError(
                    at: ["variants", "\(index)", "name"],
                    "expected letters, digits, - and _, found `\(variant.name)`")
            }
            let weight = variant.weight ?? 1
            guard (0...1_000_000).contains(weight) else {
                throw ConfigurationError(
                    at: ["variants", "\(index)", "weight"], "expected a number from 0 to 1000000")
            }
            total += weight
            variants.append(Splitter.Variant(name: ByteString(variant.name), upTo: UInt64(total)))
        }
        guard total > 0 else {
            throw ConfigurationError(at: ["variants"], "expected a variant with a weight above 0")
        }
        let cookie = configuration.cookie ?? "variant"
        guard Self.isWord(cookie) else {
            throw ConfigurationError(at: ["cookie"], "expected letters, digits, - and _")
        }
        let header = configuration.header ?? "x-variant"
        guard let field = HeaderName(header), !field.isReserved else {
            throw ConfigurationError(at: ["header"], "expected a field name, found `\(header)`")
        }
        let seconds = (configuration.keep ?? ConfigDuration(.seconds(2_592_000))).interval
        splitter = Splitter(
            variants: variants, cookie: ByteString(cookie), field: field,
            maxAge: seconds.nanoseconds / 1_000_000_000)
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                $0.isDigit || (0x61...0x7A).contains($0.lowercased) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_")
            }
    }

    /// The one filter that serves all streams; what belongs to one is kept in the stream.
    public func makeFilter() -> any HTTPFilter { splitter }
}
