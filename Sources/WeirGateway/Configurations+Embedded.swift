internal import WeirBase

extension Configurations {
    /// What `weir run` serves without a file: a gateway before a demo origin, both in one process.
    static let embedded = """
        # The gateway's example: a listener with a filter chain, and an origin behind it.
        runtime: {workers: auto}
        admin: {address: "${WEIR_ADMIN_ADDRESS:-127.0.0.1:9901}"}
        access-log: {path: stdout, format: json}
        listeners:
          - name: gateway
            address: ${WEIR_ADDRESS:-127.0.0.1:8080}
            filters:
              - request-id: {echo: true}
              - headers: {request: {set: {x-client: "{client-address}"}}}
              - ip-access: {deny: [192.0.2.0/24]}
              - fault
            routes: public
          - name: demo-origin
            address: ${WEIR_ORIGIN_ADDRESS:-127.0.0.1:8081}
            filters: []
            routes: origin
        routes:
          public:
            - {name: hello, match: {path: /hello}, to: origin}
            - name: unlucky
              match: {path: /unlucky}
              to: origin
              filters: {fault: {abort: {status: 503, percentage: 50%}}}
            - name: stamped
              match: {path: "/users/{id}"}
              to: origin
              filters: {headers: {response: {set: {x-user: "{capture:id}"}}}}
            - {name: old, match: {path: /old/**}, redirect: {path: /hello, status: 301}}
          origin:
            - {match: {path: /**}, respond: {body: "hello from the demo origin\\n"}}
        clusters:
          origin: {endpoints: ["${WEIR_ORIGIN_ADDRESS:-127.0.0.1:8081}"]}
        """

    /// How to move the example when an address is taken.
    static let howToMove = """
        Another process may have one of the example's addresses. These move them:
          WEIR_ADDRESS=127.0.0.1:8090 WEIR_ORIGIN_ADDRESS=127.0.0.1:8091 \\
          WEIR_ADMIN_ADDRESS=127.0.0.1:9911 weir run
        """

    /// Requests that show what the embedded example does, for where its listeners are.
    static func whatToTry(_ addresses: [(name: String, address: SocketAddress)]) -> String {
        let gateway = addresses.first { $0.name == "gateway" }?.address.curl ?? ""
        let admin = addresses.first { $0.name == "admin" }?.address.curl ?? ""
        let rows = [
            ["curl -i \(gateway)/hello", "proxied to the demo origin, with an x-request-id"],
            ["curl -i \(gateway)/unlucky", "half of these get a 503 from the fault filter"],
            ["curl -i \(gateway)/users/42", "the headers filter adds x-user: 42"],
            ["curl -i \(gateway)/old/page", "301, to /hello"],
            ["curl -i \(gateway)/helo", "404; outsiders learn nothing about routes…"],
            ["curl '\(admin)/routes?near=/helo'", "…but the admin side shows the nearest"],
            ["curl \(admin)/metrics", "metrics for Prometheus"],
        ]
        return """

            Try, in another terminal:
            \(Layout.columns(rows, indent: 2))

            This is an example: `weir run FILE` serves your own. WEIR_ADDRESS, WEIR_ORIGIN_ADDRESS
            and WEIR_ADMIN_ADDRESS move it. Ctrl-C ends it.

            """
    }
}

extension SocketAddress {
    /// What curl needs to ask here, up to the path.
    fileprivate var curl: String {
        switch self {
        case .unix(let path) where path.hasPrefix("@"):
            return "--abstract-unix-socket \(path.dropFirst()) http://localhost"
        case .unix(let path): return "--unix-socket \(path) http://localhost"
        case .ip: return "http://\(reachable)"
        }
    }
}
