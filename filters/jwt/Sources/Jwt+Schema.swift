internal import WeirFilter

extension Jwt.Sources: SchemaDescribing {
    /// A place, or a list of them.
    static var schema: ConfigurationSchema { .oneOrMore(CredentialSource.schema) }
}

extension Jwt.RequiredClaims: SchemaDescribing {
    /// Names of claims, or claims with their values.
    static var schema: ConfigurationSchema {
        .anyOf([.list(of: .text()), .map(to: .anyOf([.text(), .list(of: .text())]))])
    }
}

extension Jwt.ClaimNames: SchemaDescribing {
    /// Names of fields with claims.
    static var schema: ConfigurationSchema {
        .map(to: .text("claim"), names: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
    }
}
