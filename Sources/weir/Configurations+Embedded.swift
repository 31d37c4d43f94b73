extension Configurations {
    /// What `weir run` serves without a file: a gateway before a demo origin, both in one process.
    static let embedded = """
        # The gateway's example: a listener with a filter chain, and an origin behind it.
        runtime: {workers: auto}
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

    static let whatToTry = """

        Try:
          curl -i http://127.0.0.1:8080/hello        proxied to the demo origin
          curl -i http://127.0.0.1:8080/unlucky      half of these get a 503 from the fault filter
          curl -i http://127.0.0.1:8080/users/42     the headers filter adds x-user: 42
          curl -i http://127.0.0.1:8080/helo         404; outsiders learn nothing about routes…
          curl 'http://127.0.0.1:9901/routes?near=/helo'   …but the admin side shows the nearest
          curl http://127.0.0.1:9901/metrics         metrics for Prometheus
        """
}
