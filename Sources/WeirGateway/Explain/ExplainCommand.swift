internal import ArgumentParser
internal import WeirBase
internal import WeirConfig
internal import WeirServer

/// `weir explain`: says what would become of a request.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say what would become of a request.",
        usage: """
            weir explain <config> <method> <url> [<options>]
            weir explain --live [<config>] [<method>] [<url>] [<options>]
            """,
        discussion: """
            Takes the request through the code that serves requests, without a
            socket: the listener it reaches, its canonical path or why it is
            refused, the route that takes it and why others do not, every filter
            with its settings and where each comes from, its limits, and what a
            cluster gets or the client is answered. Filters are shown, not run;
            some say what they would do with such a request, and the options about
            an identity and a certificate tell them who asks.

            The listener is the one with the URL's port; when the URL names none,
            the one at the scheme's own port or else the first. Where server names
            choose filters and routes, the name is the host of an https URL.

            With --live, a running gateway is asked instead, and what its filters did
            to the next request that is meant is shown. The options about requests
            then say which; their values may be patterns such as 'api-*'.

            Exit codes: 0 when there is an explanation, also of a refusal; 1 when
            the file cannot be used, no listener has the port, the gateway cannot be
            reached or no request came in time; 2 when the command line is wrong.

            Examples:
              weir explain gateway.yaml GET http://127.0.0.1:8080/users/42
              weir explain gateway.yaml POST /v1 -H 'Host: api.example.com'
              weir explain gateway.yaml GET '/a/%2e%2e/b?x=1' --listener edge
              weir explain gateway.yaml GET / --client 203.0.113.9 --json
              weir explain gateway.yaml GET /admin --identity ann --claim role=admin
              weir explain --live --path '/api/**' --count 3
            """)

    @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Argument(help: "The request's method, such as GET.")
    var method: String?

    @Argument(help: "An absolute URL, or a path with its query.")
    var url: String?

    @Option(
        name: [.customShort("H"), .customLong("header")],
        help: ArgumentHelp(
            "A header field, 'Name: value'; may be repeated.", valueName: "field"))
    var headers: [String] = []

    @Option(help: "The IP address that the request comes from; with --live also a CIDR block.")
    var client: String?

    @Option(help: "The listener that the request reaches, whatever its port.")
    var listener: String?

    @Option(help: "The name that the client's TLS handshake asks for.")
    var serverName: String?

    @Option(help: "The name by which filters know the client, as if one had found it out.")
    var identity: String?

    @Option(
        help: ArgumentHelp(
            "A claim of the client's; may be repeated, also with one path for a list.",
            valueName: "path=value"))
    var claim: [String] = []

    @Option(help: "The distinguished name in the client's verified certificate.")
    var certificateSubject: String?

    @Option(help: "A DNS name in the client's verified certificate; may be repeated.")
    var certificateDns: [String] = []

    @Option(help: "A URI in the client's verified certificate; may be repeated.")
    var certificateUri: [String] = []

    @Option(help: "The SHA-256 digest of the client's verified certificate.")
    var certificateFingerprint: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    @OptionGroup(title: "Options of requests that really come")
    var liveOptions: LiveOptions

    func validate() throws {
        if liveOptions.live { return try validateLive() }
        if let option = liveOptions.needless {
            throw ValidationError("`--\(option)` is an option of `weir explain --live`")
        }
        _ = try sketch()
        _ = try clientAddress()
        _ = try who()
    }

    func run() throws {
        if liveOptions.live { return try runLive() }
        let sketch = try sketch()
        let config = try given(config, "config")
        let report = CheckReport(
            file: config, Configurations.load(config), provisions: false)
        guard let configuration = report.configuration, let snapshot = report.snapshot else {
            if json { Terminal.say(report.rendered(isGood: false).json(indent: 2)) }
            Configurations.report(report.diagnostics)
            throw ExitCode(1)
        }
        let choice: ListenerChoice
        do {
            choice = try ListenerChoice.make(
                for: sketch, named: listener, among: configuration.listeners)
        } catch {
            Terminal.complain("Error: \(error.message)")
            throw ExitCode(listener == nil ? 1 : 2)
        }
        let explainer = Explainer(
            configuration: configuration, snapshot: snapshot, sketch: sketch,
            client: try clientAddress(), who: try who(), serverName: serverName?.lowercased())
        let explanation = explainer.explain(choice)
        Terminal.say(json ? explanation.rendered.json(indent: 2) : explanation.text)
    }

    private func given(_ argument: String?, _ name: String) throws -> String {
        guard let argument else { throw ValidationError("Missing expected argument '<\(name)>'") }
        return argument
    }

    private func sketch() throws -> RequestSketch {
        _ = try given(config, "config")
        let (method, url) = (try given(method, "method"), try given(url, "url"))
        do {
            return try RequestSketch(method: method, url: url, fields: headers)
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func who() throws -> ClientSketch {
        do {
            return try ClientSketch(
                name: identity, claims: claim, subject: certificateSubject,
                dnsNames: certificateDns, uris: certificateUri,
                fingerprint: certificateFingerprint)
        } catch {
            throw ValidationError(error.message)
        }
    }

    private func clientAddress() throws -> IPAddress? {
        guard let client else { return nil }
        guard let address = IPAddress(client) else {
            throw ValidationError("`\(client)` is no IP address such as 203.0.113.9 or 2001:db8::1")
        }
        return address
    }
}
