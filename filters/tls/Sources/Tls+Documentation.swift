public import WeirFilter

extension Tls {
    /// What `weir filters tls` shows.
    public static let documentation = FilterDocumentation(
        summary: "Speaks TLS with clients and endpoints.",
        status: .stable,
        securityPosture: .robustToUntrustedDownstreamAndUpstream,
        phases: [],
        fields: [])
}
