internal import WeirBase
internal import WeirFilter

/// Where tokens are looked for.
struct TokenPlaces: Sendable {
    /// A place, as it is configured.
    struct Place: Sendable {
        let source: CredentialSource
        /// The name of the field; nil for queries and cookies.
        let header: HeaderName?

        init(_ source: CredentialSource) {
            self.source = source
            let text = source.description
            header = text.hasPrefix("header:") ? HeaderName(String(text.dropFirst(7))) : nil
        }
    }

    let places: [Place]
    /// The only place, if it is a field.
    let onlyHeader: HeaderName?

    init(_ sources: [CredentialSource]) {
        places = sources.map(Place.init)
        onlyHeader = places.count == 1 ? places[0].header : nil
    }

    /// Whether a field that is set, and first taken from clients, is one that may have the token.
    func areLookedFor(in name: HeaderName) -> Bool {
        places.contains { $0.header.map { name.isSpelling($0.bytes.span) } ?? false }
    }

    /// What a request has.
    enum Found {
        case none
        case one(ByteString)
        case several
    }

    /// Looks everywhere.
    func find(in request: RequestHead) -> Found {
        var found = Found.none
        for place in places {
            var lines = 0
            place.source.forEach(in: request) { value in
                lines += 1
                guard let token = Self.token(in: value, of: place.header) else { return }
                if case .none = found {
                    found = .one(ByteString(token))
                } else {
                    found = .several
                }
            }
            // Two lines of a field that may have one: readers disagree which of them counts.
            if case .one = found, place.header != nil, lines > 1 { found = .several }
        }
        return found
    }

    /// The token in a value; nil when there is none. `authorization` needs the scheme `Bearer`
    /// (RFC 6750, section 2.1), other fields may have it. The scheme ends with the first byte that
    /// no scheme can have (RFC 9110, section 11.4): what is no good behind it is a bad token, lest
    /// an upstream that splits elsewhere find one that nobody has verified.
    @_lifetime(copy value)
    static func token(in value: Span<UInt8>, of header: HeaderName?) -> Span<UInt8>? {
        let value = value.trimmed
        guard let header else { return value.isEmpty ? nil : value }
        if value.startsIgnoringCase("bearer"), value.count == 6 || !value[6].isToken {
            return value.extracting(6..<value.count).trimmed
        }
        if header.known == .authorization || value.isEmpty { return nil }
        return value
    }

    /// Takes the tokens out of a request.
    func remove(from request: RequestHead) {
        for place in places { place.source.remove(from: request) }
    }
}
