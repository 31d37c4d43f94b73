import WeirLiveTesting

/// A small configuration: one listener, `edge`, with routes to one cluster, `origin`.
///
/// Each extra is a line of YAML beside what stands there.
struct Configuration {
    var endpoints: [String]
    /// Lines at the top level.
    var top: [String] = []
    var workers = 2
    /// Lines of the listener.
    var listener: [String] = []
    /// The listener's `forwarding`, beside the field with the cause.
    var forwarding: [String] = []
    /// The listener's filters, in flow style.
    var filters = "[]"
    /// Lines of the route that takes everything.
    var route: [String] = []
    /// Routes before that one, each in flow style.
    var routes: [String] = []
    /// Lines of the cluster.
    var cluster: [String] = []
    /// Clusters beside that one, each in flow style.
    var clusters: [String] = []

    init(_ origins: Origin...) { endpoints = origins.map { "\($0.address)" } }

    init(endpoints: [String]) { self.endpoints = endpoints }

    /// Different loopback addresses let both listeners ask for any port.
    var yaml: String {
        """
        runtime: {workers: \(workers), drain-timeout: 5s}
        admin: {address: "127.0.0.1:0"}
        access-log: {path: "${DIR}/access.log", flush: 5ms}
        \(top.joined(separator: "\n"))
        listeners:
          - name: edge
            address: 127.0.0.2:0
            forwarding: {\((["cause-header: x-weir-cause"] + forwarding).joined(separator: ", "))}
            filters: \(filters)
            routes: public
        \(indented(listener, 4))
        routes:
          public:
        \(indented(routes.map { "- {\($0)}" }, 4))
            - name: everything
              match: {path: /**}
              to: origin
        \(indented(route, 6))
        clusters:
          origin:
            endpoints: [\(endpoints.map { "\"\($0)\"" }.joined(separator: ", "))]
        \(indented(cluster, 4))
        \(indented(clusters, 2))
        """
    }

    private func indented(_ lines: [String], _ depth: Int) -> String {
        lines.map { String(repeating: " ", count: depth) + $0 }.joined(separator: "\n")
    }
}

extension Gateway {
    /// Starts a gateway in front of an origin; `change` says what is special.
    convenience init(to origin: Origin, _ change: (inout Configuration) -> Void = { _ in }) throws {
        var configuration = Configuration(origin)
        change(&configuration)
        try self.init(yaml: configuration.yaml, origins: [origin])
    }

    /// Starts a gateway with a configuration of several origins.
    convenience init(_ configuration: Configuration, origins: Origin...) throws {
        try self.init(yaml: configuration.yaml, origins: origins)
    }
}
