internal import WeirFilter

extension Jwt {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Who issues tokens, when there are several.
        var issuers: [Issuer]?
        /// The only issuer, or what holds for all `issuers` that do not say otherwise.
        var common: Issuer
        var from: Sources?
        var optional: Bool?
        var forward: Forward?
        var claimsToHeaders: ClaimNames?
        var nameClaim: String?
        var realm: String?
        var tokenLimit: ConfigSize?
        var cache: Cache?

        private enum CodingKeys: String, CodingKey {
            case issuers, from, optional, forward, claimsToHeaders, nameClaim, realm, tokenLimit
            case cache
        }

        /// Reads the fields of the filter and, beside them, those of its only issuer.
        public init(from decoder: any Decoder) throws {
            common = try Issuer(from: decoder)
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            issuers = try fields.decodeIfPresent([Issuer].self, forKey: .issuers)
            from = try fields.decodeIfPresent(Sources.self, forKey: .from)
            optional = try fields.decodeIfPresent(Bool.self, forKey: .optional)
            forward = try fields.decodeIfPresent(Forward.self, forKey: .forward)
            claimsToHeaders = try fields.decodeIfPresent(ClaimNames.self, forKey: .claimsToHeaders)
            nameClaim = try fields.decodeIfPresent(String.self, forKey: .nameClaim)
            realm = try fields.decodeIfPresent(String.self, forKey: .realm)
            tokenLimit = try fields.decodeIfPresent(ConfigSize.self, forKey: .tokenLimit)
            cache = try fields.decodeIfPresent(Cache.self, forKey: .cache)
        }
    }

    /// An issuer of tokens.
    struct Issuer: Decodable, Sendable {
        var issuer: String?
        var audiences: [String]?
        var algorithms: [String]?
        var jwks: Keys?
        var secret: Secret?
        var secretEncoding: SecretEncoding?
        var leeway: ConfigDuration?
        var maxAge: ConfigDuration?
        var unsafeNoExpiry: Bool?
        var types: [String]?
        var requiredClaims: RequiredClaims?
        var scopes: [String]?
        var namePrefix: String?
    }

    /// Where an issuer's public keys come from.
    struct Keys: Decodable, Sendable {
        var inline: String?
        var file: ConfigFile?
        var cluster: String?
        var path: String?
        var host: String?
        var cache: ConfigDuration?
        var refreshAhead: ConfigDuration?
        var staleGrace: ConfigDuration?
        var refetchInterval: ConfigDuration?
        var timeout: ConfigDuration?
    }

    /// How a secret is written.
    enum SecretEncoding: String, Decodable, Sendable, CaseIterable {
        case text, base64url
    }

    /// What becomes of the token in the request that goes on.
    enum Forward: String, Decodable, Sendable, CaseIterable {
        case keep, strip
    }

    /// Verified tokens that are kept.
    struct Cache: Decodable, Sendable {
        var entries: Int?
        var time: ConfigDuration?
    }

    /// A place or a list of them.
    struct Sources: Decodable, Sendable {
        var list: [CredentialSource]

        init(from decoder: any Decoder) throws {
            if (try? decoder.unkeyedContainer()) != nil {
                list = try decoder.singleValueContainer().decode([CredentialSource].self)
            } else {
                list = [try decoder.singleValueContainer().decode(CredentialSource.self)]
            }
        }
    }

    /// Claims that have to be there: a list of names, or names with one value or a list of them.
    struct RequiredClaims: Decodable, Sendable {
        /// Values are nil where only the claim's name is written.
        var entries: [(claim: String, values: [String]?)]

        init(from decoder: any Decoder) throws {
            if (try? decoder.unkeyedContainer()) != nil {
                entries = try decoder.singleValueContainer().decode([String].self).map { ($0, nil) }
                return
            }
            let container = try decoder.container(keyedBy: AnyName.self)
            entries = try container.allKeys.map {
                ($0.stringValue, try container.decode(Values.self, forKey: $0).list)
            }
        }

        private struct Values: Decodable {
            var list: [String]

            init(from decoder: any Decoder) throws {
                if (try? decoder.unkeyedContainer()) != nil {
                    list = try decoder.singleValueContainer().decode([String].self)
                } else {
                    list = [try decoder.singleValueContainer().decode(String.self)]
                }
            }
        }
    }

    /// Names of fields with the claims that stand in them, in the order of the file.
    struct ClaimNames: Decodable, Sendable {
        var entries: [(header: String, claim: String)]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyName.self)
            entries = try container.allKeys.map {
                ($0.stringValue, try container.decode(String.self, forKey: $0))
            }
        }
    }

    /// A key of a mapping that may have any.
    struct AnyName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
