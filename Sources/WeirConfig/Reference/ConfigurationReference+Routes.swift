internal import WeirFilter

extension ConfigurationReference {
    static let route = Group(
        "routes.NAME[]",
        [
            .init(
                "name", "name", default: "the table's name and the index",
                "The name in logs and metrics.", allows: .name),
            .init("match", "mapping", default: "{}", "Which requests it takes."),
            .init(
                "to", "name of a cluster, or list with weights", default: nil,
                "Sends the request on. A route has one of to, redirect and respond."),
            .init("redirect", "mapping", default: nil, "Sends the client elsewhere."),
            .init("respond", "mapping", default: nil, "Answers."),
            .init("rewrite", "mapping", default: "{}", "What changes on the way."),
            .init(
                "timeout", "duration", default: "15s",
                "From the complete request to the response's head; then 504.",
                allows: .duration(.time)),
            .init(
                "unsafe-no-timeout", "true or false", default: "false",
                "Lets a response take any time.", allows: .flag),
            .init(
                "body-limit", "size, 0 for no bound", default: "the listener's",
                "Bytes of a request's body; above it 413.", allows: .size(0 ... .unboundedSize)),
            .init(
                "filters", "mapping of filters to settings or off", default: "{}",
                "What changes in the chain for this route."),
        ])

    static let match = Group(
        "routes.NAME[].match",
        [
            .init(
                "host", "host or list of hosts", default: "*",
                "api.example.com, or *.example.com for all below.", allows: .oneOrMore(.hostPattern)
            ),
            .init(
                "path", "path", default: "/**",
                "/exact, /below/** by whole segments, or with captures: /users/{id}, "
                    + "/files/{rest=**}.", allows: .path),
            .init(
                "regex", "regular expression", default: "none",
                "Instead of path; the whole path must match.", allows: .text("regular expression")),
            .init(
                "method", "method or list of methods", default: "any", "Case-sensitive.",
                allows: .oneOrMore(.method)),
            .init(
                "headers", "mapping of names to values", default: "{}",
                "All of them must be there."),
            .init(
                "query", "mapping of names to values", default: "{}",
                "All of them must be there."),
        ])

    static let valueMatch = Group(
        "routes.NAME[].match.headers.NAME",
        [
            .init(
                "exact", "text", default: nil, "Is this; the same as plain text.", allows: .text()),
            .init("prefix", "text", default: nil, "Begins so.", allows: .text()),
            .init("suffix", "text", default: nil, "Ends so.", allows: .text()),
            .init("contains", "text", default: nil, "Holds this.", allows: .text()),
            .init(
                "regex", "regular expression", default: nil, "Matches as a whole.",
                allows: .text("regular expression")),
            .init("present", "true or false", default: nil, "Is there, or is not.", allows: .flag),
        ])

    static let target = Group(
        "routes.NAME[].to[]",
        [
            .init("cluster", "name of a cluster", default: nil, "Where to.", allows: .cluster),
            .init(
                "weight", "number", default: "1", "The share relative to the others.",
                allows: .integer(0...1_000_000)),
        ])

    static let redirect = Group(
        "routes.NAME[].redirect",
        [
            .init(
                "status", "301, 302, 303, 307, 308", default: "308", "The status.",
                allows: .numbers([301, 302, 303, 307, 308])),
            .init(
                "scheme", "http, https", default: "the request's", "The new scheme.",
                allows: .choice(["http", "https"])),
            .init(
                "host", "host, perhaps with a port", default: "the request's", "The new host.",
                allows: .authority),
            .init(
                "prefix", "path", default: "none",
                "Replaces what the route's path matched before /**.", allows: .path),
            .init(
                "path", "path with captures", default: "the request's", "Replaces the path.",
                allows: .path),
            .init(
                "keep-query", "true or false", default: "true", "Whether the query goes along.",
                allows: .flag),
        ])

    static let response = Group(
        "routes.NAME[].respond",
        [
            .init(
                "status", "200 to 599", default: "200", "The status.", allows: .integer(200...599)),
            .init("body", "text", default: "", "The body.", allows: .text()),
            .init(
                "headers", "mapping of names to values", default: "{}", "Further fields.",
                allows: .headerValues),
        ])

    static let rewrite = Group(
        "routes.NAME[].rewrite",
        [
            .init(
                "prefix", "path", default: "none",
                "Replaces what the route's path matched before /**.", allows: .path),
            .init(
                "path", "path with captures", default: "the request's", "Replaces the path.",
                allows: .path),
            .init(
                "host", "host, perhaps with a port", default: "the request's",
                "Replaces the authority.", allows: .authority),
        ])
}
