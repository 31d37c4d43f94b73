internal import ArgumentParser

/// What `weir explain --live` may be told besides.
struct LiveOptions: ParsableArguments {
    @Flag(help: "Show what becomes of requests that reach a running gateway.")
    var live = false

    @Option(
        help: ArgumentHelp(
            """
            The gateway's admin listener: an address with its port, or unix:PATH; the file's when \
            one is given, else 127.0.0.1:9901.
            """, valueName: "address"))
    var admin: String?

    @Option(
        help: ArgumentHelp(
            """
            Which requests, as a condition: '{paths: /api/**, headers: {x-team: edge}}'. It stands \
            in the place of all other options about requests.
            """, valueName: "yaml"))
    var when: String?

    @Option(
        help: ArgumentHelp(
            "A path: /a/b, /a/*/c, /a/**; may be repeated.", valueName: "glob"))
    var path: [String] = []

    @Option(name: .customLong("method"), help: "A method; may be repeated.")
    var methods: [String] = []

    @Option(help: "The name of the route.")
    var route: String?

    @Option(help: "The share of those requests that is recorded, such as 10%.")
    var share: String?

    @Option(help: "How many requests are waited for, at most 100; 1 by default.")
    var count: Int?

    @Option(help: "How long they are waited for, at most 10m; 30s by default.")
    var timeout: String?

    /// The first option that has no meaning without `--live`.
    var needless: String? {
        guard !live else { return nil }
        let given: [(String, Bool)] = [
            ("admin", admin != nil), ("when", when != nil), ("path", !path.isEmpty),
            ("method", !methods.isEmpty), ("route", route != nil), ("share", share != nil),
            ("count", count != nil), ("timeout", timeout != nil),
        ]
        return given.first { $0.1 }?.0
    }
}
