public import WeirBase
internal import WeirFilter

/// `admin`: the listener that answers questions about the gateway.
public struct AdminConfiguration: Sendable, Hashable {
    /// Where it listens: a loopback address or a Unix socket. Default: 127.0.0.1:9901.
    public var address: SocketAddress = .ip(IPAddress(v4: 0x7F00_0001), port: 9901)
    /// Allows an address that others can reach. There is no authentication. Default: false.
    public var allowRemote = false
    /// Fields and query parameters that `POST /tap` hides besides those that it knows to be secret;
    /// names without regard to case. Default: none.
    public var redact: [String] = []
    /// Where the address stands in the file.
    public var mark = SourceMark.start

    /// All defaults.
    public init() {}
}

extension AdminConfiguration: SettingsGroup {
    static let fields: [Field<AdminConfiguration>] = [
        .custom(
            "address", "IP address and port, or unix:path", \.address,
            "Where the admin listener is.", allows: .socketAddress,
            read: { $0.socketAddress() }, render: { .text("\($0)") }),
        .flag(
            "unsafe-allow-remote", \.allowRemote,
            "Allows an address that others can reach; there is no authentication."),
        .custom(
            "redact", "list of names", \.redact,
            "Fields and query parameters whose values POST /tap hides, besides those that it knows "
                + "to be secret.",
            allows: .list(of: .fieldName),
            read: { cursor in
                cursor.elements()?.compactMap { $0.fieldName() }
            }, render: { .list($0.map { .text($0) }) }),
    ]

    /// Reads `off` or a mapping.
    static func readOrOff(_ cursor: Cursor?) -> AdminConfiguration? {
        guard let cursor else { return AdminConfiguration() }
        if cursor.isOff { return nil }
        var admin = read(cursor)
        let place = cursor.node.mapping?["address"]
        admin.mark = place?.mark ?? cursor.node.mark
        if let ip = admin.address.ip, !ip.isLoopback, !admin.allowRemote {
            cursor.context.report(
                "\(admin.address) can be reached by others, who would control the gateway",
                expected: "a loopback address, or `unsafe-allow-remote: true` beside it",
                at: admin.mark, cursor.path.key("address"))
        }
        return admin
    }
}
