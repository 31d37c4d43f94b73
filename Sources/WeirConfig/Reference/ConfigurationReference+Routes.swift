internal import WeirFilter

extension ConfigurationReference {
    static let route = Group(
        "routes.NAME[]",
        [
            .init(
                "name", "name", default: "the table's name and the index",
                "The name in logs and metrics."),
            .init("match", "mapping", default: "{}", "Which requests it takes."),
            .init(
                "to", "name of a cluster, or list with weights", default: nil,
                "Sends the request on. A route has one of to, redirect and respond."),
            .init("redirect", "mapping", default: nil, "Sends the client elsewhere."),
            .init("respond", "mapping", default: nil, "Answers."),
            .init("rewrite", "mapping", default: "{}", "What changes on the way."),
            .init(
                "timeout", "duration", default: "15s",
                "From the complete request to the response's head; then 504."),
            .init(
                "unsafe-no-timeout", "true or false", default: "false",
                "Lets a response take any time."),
            .init(
                "body-limit", "size, 0 for no bound", default: "the listener's",
                "Bytes of a request's body; above it 413."),
            .init(
                "filters", "mapping of filters to settings or off", default: "{}",
                "What changes in the chain for this route."),
        ])

    static let match = Group(
        "routes.NAME[].match",
        [
            .init(
                "host", "host or list of hosts", default: "*",
                "api.example.com, or *.example.com for all below."),
            .init(
                "path", "path", default: "/**",
                "/exact, /below/** by whole segments, or with captures: /users/{id}, "
                    + "/files/{rest=**}."),
            .init(
                "regex", "regular expression", default: "none",
                "Instead of path; the whole path must match."),
            .init("method", "method or list of methods", default: "any", "Case-sensitive."),
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
            .init("exact", "text", default: nil, "Is this; the same as plain text."),
            .init("prefix", "text", default: nil, "Begins so."),
            .init("suffix", "text", default: nil, "Ends so."),
            .init("contains", "text", default: nil, "Holds this."),
            .init("regex", "regular expression", default: nil, "Matches as a whole."),
            .init("present", "true or false", default: nil, "Is there, or is not."),
        ])

    static let target = Group(
        "routes.NAME[].to[]",
        [
            .init("cluster", "name of a cluster", default: nil, "Where to."),
            .init("weight", "number", default: "1", "The share relative to the others."),
        ])

    static let redirect = Group(
        "routes.NAME[].redirect",
        [
            .init("status", "301, 302, 303, 307, 308", default: "308", "The status."),
            .init("scheme", "http, https", default: "the request's", "The new scheme."),
            .init("host", "host, perhaps with a port", default: "the request's", "The new host."),
            .init(
                "prefix", "path", default: "none",
                "Replaces what the route's path matched before /**."),
            .init(
                "path", "path with captures", default: "the request's", "Replaces the path."),
            .init("keep-query", "true or false", default: "true", "Whether the query goes along."),
        ])

    static let response = Group(
        "routes.NAME[].respond",
        [
            .init("status", "200 to 599", default: "200", "The status."),
            .init("body", "text", default: "", "The body."),
            .init("headers", "mapping of names to values", default: "{}", "Further fields."),
        ])

    static let rewrite = Group(
        "routes.NAME[].rewrite",
        [
            .init(
                "prefix", "path", default: "none",
                "Replaces what the route's path matched before /**."),
            .init(
                "path", "path with captures", default: "the request's", "Replaces the path."),
            .init(
                "host", "host, perhaps with a port", default: "the request's",
                "Replaces the authority."),
        ])
}
