internal import WeirBase
internal import WeirConfig
internal import WeirServer

/// What a running gateway is asked by `weir explain --live`: the body of `POST /tap`.
struct LiveQuestion {
    /// YAML.
    let text: String
    /// How many requests are waited for, and how long.
    let count: Int
    let timeout: Interval

    /// Puts the question together. Throws when the gateway would not understand it.
    init(_ explain: ExplainCommand) throws(RequestSketch.Mistake) {
        let options = explain.liveOptions
        var condition = try Self.condition(explain)
        if let when = options.when {
            guard condition.isEmpty else {
                throw RequestSketch.Mistake(
                    message: "`--when` says which requests; \(condition[0].0) cannot be given "
                        + "besides")
            }
            let lines = when.split(separator: "\n").map { "  \($0)\n" }.joined()
            text = "when:\n\(lines)" + Self.rest(explain)
        } else {
            condition = condition.isEmpty ? [] : [("when", .object(condition))]
            let fields = condition.map { "\($0.0): \($0.1.json())\n" }.joined()
            text = fields + Self.rest(explain)
        }
        do throws(TapRequest.Problem) {
            (count, timeout) = try TapRequest.bounds(text)
        } catch {
            throw RequestSketch.Mistake(message: error.text)
        }
    }

    /// The options about requests as fields of a condition.
    private static func condition(
        _ explain: ExplainCommand
    ) throws(RequestSketch.Mistake) -> [(String, Rendered)] {
        let options = explain.liveOptions
        var paths = options.path
        var hosts: [String] = []
        if let url = explain.url {
            let sketch = try RequestSketch(method: "GET", url: url, fields: [])
            guard !sketch.target.contains("?") else {
                throw RequestSketch.Mistake(
                    message: "a query is not compared; use --when '{query: {…}}'")
            }
            paths.append(sketch.target)
            hosts = [sketch.host].compactMap(\.self)
        }
        let fields: [(String, Rendered)] = [
            ("methods", list(options.methods + [explain.method].compactMap(\.self))),
            ("paths", list(paths)), ("hosts", list(hosts)),
            ("headers", try headers(explain.headers)),
            ("client-addresses", list([explain.client].compactMap(\.self))),
            ("clients", list([explain.identity].compactMap(\.self))),
            ("claims", try claims(explain)), ("certificate", certificate(explain)),
        ]
        return fields.filter { field in
            switch field.1 {
            case .list(let values): !values.isEmpty
            case .object(let fields): !fields.isEmpty
            default: true
            }
        }
    }

    private static func list(_ texts: [String]) -> Rendered { .list(texts.map { .text($0) }) }

    private static func headers(_ texts: [String]) throws(RequestSketch.Mistake) -> Rendered {
        let sketch = try RequestSketch(method: "GET", url: "/", fields: texts)
        return .object(sketch.fields.map { ($0.name, .text($0.value)) })
    }

    private static func claims(
        _ explain: ExplainCommand
    ) throws(RequestSketch.Mistake) -> Rendered {
        let sketch = try ClientSketch(
            name: nil, claims: explain.claim, subject: nil, dnsNames: [], uris: [],
            fingerprint: nil)
        return .object(sketch.claims.map { ($0.name, list($0.values)) })
    }

    private static func certificate(_ explain: ExplainCommand) -> Rendered {
        let fields: [(String, [String])] = [
            ("subject", [explain.certificateSubject].compactMap(\.self)),
            ("dns-names", explain.certificateDns), ("uris", explain.certificateUri),
            ("fingerprints", [explain.certificateFingerprint].compactMap(\.self)),
        ]
        return .object(fields.filter { !$0.1.isEmpty }.map { ($0.0, list($0.1)) })
    }

    /// The fields beside the condition.
    private static func rest(_ explain: ExplainCommand) -> String {
        let options = explain.liveOptions
        let fields: [(String, Rendered?)] = [
            ("listener", explain.listener.map { .text($0) }),
            ("route", options.route.map { .text($0) }),
            ("share", options.share.map { .text($0) }),
            ("count", options.count.map { .number($0) }),
            ("timeout", options.timeout.map { .text($0) }),
        ]
        return fields.compactMap { name, value in value.map { "\(name): \($0.json())\n" } }
            .joined()
    }
}
