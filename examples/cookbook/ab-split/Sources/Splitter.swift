internal import WeirBase
internal import WeirFilter

/// Gives each user a variant. One object for all streams, on all loops.
final class Splitter: HTTPFilter, Sendable {
    struct Variant: Sendable {
        let name: ByteString
        /// The sum of the weights up to this one.
        let upTo: UInt64
    }

    /// Whether the user is new, so that the response has to set the cookie.
    private static let isNew = StreamKey<Bool>()

    private let variants: [Variant]
    private let cookie: ByteString
    private let field: HeaderName
    private let maxAge: Int64

    init(variants: [Variant], cookie: ByteString, field: HeaderName, maxAge: Int64) {
        self.variants = variants
        self.cookie = cookie
        self.field = field
        self.maxAge = maxAge
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        let known = request.cookie(cookie).flatMap { value in
            variants.first { $0.name == value }?.name
        }
        let variant = known ?? draw(stream.random)
        if known == nil { stream.values[Self.isNew] = true }
        stream.values[AbSplit.variant] = variant
        // `set`, so that a client cannot name a variant of its own beside it.
        request.headers.set(field, variant.span)
        return .continue
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        if stream.values[Self.isNew] == true, let variant = stream.values[AbSplit.variant] {
            let attributes = "Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax"
            response.headers.append("set-cookie", "\(cookie)=\(variant); \(attributes)")
        }
        return .continue
    }

    private func draw(_ random: any RandomSource) -> ByteString {
        let total = variants[variants.count - 1].upTo
        let ticket = random.next() % total
        return variants.first { ticket < $0.upTo }?.name ?? variants[0].name
    }
}
