extension RequestCondition {
    /// Which requests, as an operator writes it. All fields that are given must hold; the values of
    /// a list are alternatives. At least one field has to be given.
    public struct Configuration: Decodable, Sendable {
        /// Methods, compared without regard to case.
        public var methods: Texts?
        /// Paths: `PathGlob`.
        public var paths: Texts?
        /// Hosts without port: `api.example.com`, `*.example.com`.
        public var hosts: Texts?
        /// Field names with `TextPattern`s, of which one has to match one of the field's lines.
        public var headers: [String: Texts]?
        /// Names of query parameters with `TextPattern`s, of which one has to match one of the
        /// parameter's values.
        public var query: [String: Texts]?
        /// Networks of the client's address after trusted hops.
        public var clientAddresses: Texts?
        /// `TextPattern`s for names by which filters know the client.
        public var clients: Texts?
        /// Ways to claims with `TextPattern`s for their values, all of them of one identity.
        public var claims: [String: Texts]?
        /// The client's verified certificate; any when its fields are all nil.
        public var certificate: Certificate?
        /// Names of listeners.
        public var listeners: Texts?
        private var negated: [Configuration] = []

        /// What must not hold as a whole.
        public var not: Configuration? {
            get { negated.first }
            set { negated = newValue.map { [$0] } ?? [] }
        }

        /// Describes no requests yet: give at least one field a value.
        public init() {}

        private enum CodingKeys: String, CodingKey {
            case methods, paths, hosts, headers, query, clientAddresses, clients, claims
            case certificate, listeners, not
        }

        /// Reads a mapping. A field without a value is an error, because leaving it out would mean
        /// more requests than its writer thinks.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            methods = try container.given(.methods)
            paths = try container.given(.paths)
            hosts = try container.given(.hosts)
            headers = try container.given(.headers)
            query = try container.given(.query)
            clientAddresses = try container.given(.clientAddresses)
            clients = try container.given(.clients)
            claims = try container.given(.claims)
            certificate = try container.given(.certificate)
            listeners = try container.given(.listeners)
            not = try container.given(.not)
        }
    }

    /// Names in a certificate. All fields that are given must hold; the values of a list are
    /// alternatives.
    public struct Certificate: Decodable, Sendable {
        /// `TextPattern`s for the subject's distinguished name: `CN=build-7,O=Example`.
        public var subject: Texts?
        /// DNS names among the alternative names: `build.example.com`, `*.example.com`.
        public var dnsNames: Texts?
        /// `TextPattern`s for URIs among the alternative names: `spiffe://example.com/*`.
        public var uris: Texts?
        /// SHA-256 digests of certificates in hexadecimal digits.
        public var fingerprints: Texts?

        /// Describes certificates.
        public init(
            subject: Texts? = nil, dnsNames: Texts? = nil, uris: Texts? = nil,
            fingerprints: Texts? = nil
        ) {
            self.subject = subject
            self.dnsNames = dnsNames
            self.uris = uris
            self.fingerprints = fingerprints
        }

        private enum CodingKeys: String, CodingKey { case subject, dnsNames, uris, fingerprints }

        /// Reads a mapping; a field without a value is an error.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            subject = try container.given(.subject)
            dnsNames = try container.given(.dnsNames)
            uris = try container.given(.uris)
            fingerprints = try container.given(.fingerprints)
        }
    }

    /// One text or a list of texts.
    public struct Texts: Decodable, Sendable, ExpressibleByStringLiteral,
        ExpressibleByArrayLiteral
    {
        /// The texts.
        public var values: [String]
        /// Whether they were written as a list, so that an error names an element.
        let isList: Bool

        /// Lists texts.
        public init(_ values: [String]) {
            self.values = values
            isList = true
        }

        /// Lists texts.
        public init(arrayLiteral elements: String...) { self.init(elements) }

        /// One text.
        public init(stringLiteral value: String) {
            values = [value]
            isList = false
        }

        /// Reads a text or a list of texts.
        public init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self.init(stringLiteral: text)
                return
            }
            var list = try decoder.unkeyedContainer()
            var values: [String] = []
            while !list.isAtEnd { values.append(try list.decode(String.self)) }
            self.init(values)
        }
    }
}

extension KeyedDecodingContainer {
    /// The value under a key; nil when the key is not there.
    fileprivate func given<Value: Decodable>(_ key: Key) throws -> Value? {
        if contains(key), try decodeNil(forKey: key) {
            throw ConfigurationError(
                at: [key.stringValue], "expected a value; leave the key out for any")
        }
        return try decodeIfPresent(Value.self, forKey: key)
    }
}
