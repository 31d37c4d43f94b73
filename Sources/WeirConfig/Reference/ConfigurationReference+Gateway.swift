internal import WeirFilter

extension ConfigurationReference {
    static let root = Group(
        "",
        [
            .init("runtime", "mapping", default: "{}", "Event loops and bounds of the process."),
            .init("admin", "off or mapping", default: "{}", "The admin listener."),
            .init("access-log", "off or mapping", default: "{}", "One line per request."),
            .init("log", "mapping", default: "{}", "What the gateway says about itself."),
            .init("reload", "mapping", default: "{}", "When the file is read again."),
            .init(
                "plugins", "list of files or mappings", default: "[]",
                "Files with further filters, made by `weir plugin build`."),
            .init(
                "chains", "mapping of names to lists of filters", default: "{}",
                "Filter chains that listeners, and other chains, name."),
            .init("listeners", "list of mappings", default: nil, "Where clients connect."),
            .init(
                "routes", "mapping of names to lists of routes", default: "{}",
                "Route tables that listeners name."),
            .init(
                "clusters", "mapping of names to clusters", default: "{}",
                "Endpoints that routes lead to."),
        ])

    static let plugin = Group(
        "plugins[]",
        [.init("path", "file", default: nil, "Where it is.", allows: ConfigFile.schema)])

    static let listener = Group(
        "listeners[]",
        [
            .init(
                "name", "name", default: "listener-1 and so on",
                "The name in logs and metrics.", allows: .name),
            .init(
                "address", "IP address and port, or unix:path", default: nil, "Where it is.",
                allows: .socketAddress),
            .init(
                "connection", "list of connection filters and codecs", default: "[]",
                "What clients' connections pass before HTTP, outermost first."),
            .init(
                "filters", "name of a chain, or list of filters", default: "[]",
                "The HTTP filter chain, in order: a filter's name, `name: settings`, "
                    + "`name: off`, or `chain: name`."),
            .init(
                "routes", "name of a route table, or list of routes", default: nil,
                "Where requests go."),
            .init(
                "server-names", "list of mappings", default: "[]",
                "Other filters and routes for connections that asked for a server name."),
            .init("limits", "mapping", default: "{}", "Bounds on requests and connections."),
            .init("timeouts", "mapping", default: "{}", "Time limits towards the client."),
            .init("client-address", "mapping", default: "{}", "How the client is found."),
            .init("forwarding", "mapping", default: "{}", "What the gateway says of itself."),
            .init("path", "mapping", default: "{}", "What happens to ambiguous paths."),
            .init(
                "upgrades", "list of protocols", default: "[websocket]",
                "The protocols that Upgrade may switch to.", allows: .list(of: .upgrade)),
            .init(
                "connect", "true or false", default: "false", "Whether CONNECT is served.",
                allows: .flag),
        ])

    static let serverName = Group(
        "listeners[].server-names[]",
        [
            .init(
                "names", "name or list of names", default: nil,
                "api.example.com, or *.example.com for any one label in front.",
                allows: .oneOrMore(.serverName)),
            .init(
                "filters", "name of a chain, or list of filters", default: "the listener's",
                "The HTTP filter chain, in order."),
            .init(
                "routes", "name of a route table, or list of routes", default: "the listener's",
                "Where requests go."),
        ])

    static let cluster = Group(
        "clusters.NAME",
        [
            .init(
                "endpoints", "list of host:port, unix:path or mappings", default: nil,
                "What can answer."),
            .init(
                "connection", "list of connection filters and codecs", default: "[]",
                "What connections to endpoints pass, outermost first."),
            .init(
                "balance", "round-robin, least-request", default: "round-robin",
                "How an endpoint is chosen.",
                allows: .choice(ClusterConfiguration.Balance.allCases.map(\.rawValue))),
            .init(
                "connect-timeout", "duration", default: "5s",
                "For a connection to be made, handshakes included.", allows: .duration(.time)),
            .init("pool", "mapping", default: "{}", "Connections that are kept, per worker."),
            .init("dns", "mapping", default: "{}", "How host names are looked up."),
            .init("timeouts", "mapping", default: "{}", "Time limits towards the endpoints."),
            .init("limits", "mapping", default: "{}", "Bounds on responses."),
            .init(
                "retry-stale", "true or false", default: "true",
                "Whether a request is sent once more when a kept connection was closed.",
                allows: .flag),
        ])

    static let endpoint = Group(
        "clusters.NAME.endpoints[]",
        [
            .init(
                "address", "host:port or unix:path", default: nil, "Where it is.", allows: .endpoint
            ),
            .init(
                "weight", "number", default: "1", "Its share of requests; 0 for none.",
                allows: .integer(0...1_000_000)),
        ])
}
