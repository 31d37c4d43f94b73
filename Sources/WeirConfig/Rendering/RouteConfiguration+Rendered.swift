internal import WeirFilter

extension RouteConfiguration {
    func rendered(overrides: Rendered) -> Rendered {
        var fields: [(String, Rendered)] = [("name", .text(name)), ("match", match.rendered)]
        fields.append(action.rendered)
        if rewrite != .none { fields.append(("rewrite", .object(rewrite.fields))) }
        if let timeout {
            fields.append(("timeout", .text("\(ConfigDuration(timeout))")))
        } else {
            fields.append(("unsafe-no-timeout", .flag(true)))
        }
        if let bodyLimit {
            let size = bodyLimit == .max ? 0 : bodyLimit
            fields.append(("body-limit", .text("\(ConfigSize(size))")))
        }
        if case .object(let entries) = overrides, !entries.isEmpty {
            fields.append(("filters", overrides))
        }
        return .object(fields)
    }
}

extension RouteMatch {
    var rendered: Rendered {
        var fields: [(String, Rendered)] = []
        if !hosts.isEmpty { fields.append(("host", .list(hosts.map { .text("\($0)") }))) }
        switch path {
        case .any: break
        case .regex(let pattern): fields.append(("regex", .text(pattern)))
        default: fields.append(("path", .text("\(path)")))
        }
        if !methods.isEmpty { fields.append(("method", .list(methods.map { .text($0) }))) }
        if !headers.isEmpty {
            fields.append(("headers", .object(headers.map { ("\($0.name)", $0.value.rendered) })))
        }
        if !query.isEmpty {
            fields.append(("query", .object(query.map { ($0.name, $0.value.rendered) })))
        }
        return .object(fields)
    }
}

extension ValueMatch {
    var rendered: Rendered {
        switch self {
        case .exact(let text): .text(text)
        case .prefix(let text): .object([("prefix", .text(text))])
        case .suffix(let text): .object([("suffix", .text(text))])
        case .contains(let text): .object([("contains", .text(text))])
        case .regex(let text): .object([("regex", .text(text))])
        case .present(let isPresent): .object([("present", .flag(isPresent))])
        }
    }
}

extension RouteAction {
    /// The action's key with its value.
    var rendered: (String, Rendered) {
        switch self {
        case .forward(let targets):
            if targets.count == 1 { return ("to", .text(targets[0].cluster)) }
            let list = targets.map { target in
                Rendered.object([
                    ("cluster", .text(target.cluster)), ("weight", .number(target.weight)),
                ])
            }
            return ("to", .list(list))
        case .redirect(let redirect):
            var fields: [(String, Rendered)] = [("status", .number(redirect.status))]
            if let scheme = redirect.scheme { fields.append(("scheme", .text(scheme))) }
            fields += RouteRewrite(path: redirect.path, host: redirect.host).fields
            fields.append(("keep-query", .flag(redirect.keepsQuery)))
            return ("redirect", .object(fields))
        case .respond(let response):
            let headers = response.headers.map { ("\($0.name)", Rendered.text($0.value)) }
            return (
                "respond",
                .object([
                    ("status", .number(response.status)), ("body", .text(response.body)),
                    ("headers", .object(headers)),
                ])
            )
        }
    }
}

extension RouteRewrite {
    var fields: [(String, Rendered)] {
        var fields: [(String, Rendered)] = []
        switch path {
        case nil: break
        case .prefix(let prefix): fields.append(("prefix", .text(prefix.isEmpty ? "/" : prefix)))
        case .template(let template): fields.append(("path", .text("\(template)")))
        }
        if let host { fields.append(("host", .text(host))) }
        return fields
    }
}
