/// What a filter says about itself: shown by `weir filters`, checked against its configuration
/// type.
public struct FilterDocumentation: Sendable {
    /// How far the filter can be relied on.
    public enum Status: String, Sendable { case stable, beta, alpha }

    /// Which sides may be hostile without harm.
    public enum SecurityPosture: String, Sendable {
        case robustToUntrustedDownstream = "robust_to_untrusted_downstream"
        case robustToUntrustedDownstreamAndUpstream =
            "robust_to_untrusted_downstream_and_upstream"
        case requiresTrustedDownstreamAndUpstream =
            "requires_trusted_downstream_and_upstream"
    }

    /// One sentence.
    public let summary: String
    /// How far it can be relied on.
    public let status: Status
    /// Which sides may be hostile.
    public let securityPosture: SecurityPosture
    /// The phases that it can take part in.
    public let phases: Phases
    /// The configuration's fields; nested ones with dots: `abort.status`.
    public let fields: [ConfigurationField]

    /// Describes a filter. One that says nothing about it is new, and for friendly surroundings.
    public init(
        summary: String, status: Status = .alpha,
        securityPosture: SecurityPosture = .requiresTrustedDownstreamAndUpstream, phases: Phases,
        fields: [ConfigurationField] = []
    ) {
        self.summary = summary
        self.status = status
        self.securityPosture = securityPosture
        self.phases = phases
        self.fields = fields
    }
}

/// One field of a configuration.
public struct ConfigurationField: Sendable {
    /// The name, nested ones with dots.
    public let name: String
    /// The type and unit in words: `duration`, `percentage`, `list of CIDR blocks`.
    public let type: String
    /// The default as it would be written, or nil when the field is required.
    public let defaultValue: String?
    /// What it means.
    public let meaning: String
    /// What may be written, where it is less than the field's type in Swift takes: a range, the
    /// form of a text. Nil for what the type says.
    public let schema: ConfigurationSchema?

    /// Describes a field.
    public init(
        _ name: String, _ type: String, default: String?, _ meaning: String,
        allows schema: ConfigurationSchema? = nil
    ) {
        self.name = name
        self.type = type
        self.defaultValue = `default`
        self.meaning = meaning
        self.schema = schema
    }
}
