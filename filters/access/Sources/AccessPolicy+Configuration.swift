internal import WeirBase
internal import WeirFilter

extension AccessPolicy {
    init(_ configuration: Access.Configuration) throws(ConfigurationError) {
        var rules: [Rule] = []
        for (index, rule) in configuration.rules.enumerated() {
            do {
                rules.append(try Rule(rule, at: index))
            } catch {
                throw ConfigurationError(at: ["rules", "\(index)"] + error.path, error.message)
            }
        }
        try Self.checkNames(rules)
        try Self.checkReach(rules)
        self.rules = rules
        fallback = configuration.default ?? .deny
        isShadow = configuration.shadow ?? false
        refusal = try Self.refusal(configuration)
        challenge = try Self.challenge(configuration, refusal)
    }

    private static func checkNames(_ rules: [Rule]) throws(ConfigurationError) {
        var names: Set<String> = [defaultName]
        for (index, rule) in rules.enumerated() where !names.insert(rule.name).inserted {
            throw ConfigurationError(
                at: ["rules", "\(index)", "name"],
                rule.name == defaultName
                    ? "`\(defaultName)` is what metrics call the decision of no rule"
                    : "another rule is named `\(rule.name)`, and metrics could not tell them apart")
        }
    }

    /// A rule behind one that decides about all requests would pass for protection.
    private static func checkReach(_ rules: [Rule]) throws(ConfigurationError) {
        let end = rules.firstIndex { $0.condition == nil && !$0.isShadow }
        guard let end, end + 1 < rules.count else { return }
        throw ConfigurationError(
            at: ["rules", "\(end + 1)"],
            "never reached: the rule before it, `\(rules[end].name)`, decides about all requests")
    }

    private static func refusal(
        _ configuration: Access.Configuration
    ) throws(ConfigurationError) -> LocalResponse {
        let status = configuration.status ?? 403
        guard (400...599).contains(status), status != 401, status != 407 else {
            throw ConfigurationError(
                at: ["status"],
                status == 401
                    ? "401 needs to say what to show; expected `challenge: Bearer` or the like"
                    : "expected a status from 400 to 599 other than 401 and 407, found \(status)")
        }
        let body = ByteString(configuration.body ?? "")
        return LocalResponse(
            status: status, cause: "access_denied", headers: contentType(body), body: body,
            grpcStatus: 7)
    }

    private static func challenge(
        _ configuration: Access.Configuration, _ refusal: LocalResponse
    ) throws(ConfigurationError) -> LocalResponse? {
        guard let text = configuration.challenge else { return nil }
        let value = ByteString(text)
        guard value.span.trimmed.count == value.count, value.storage.first?.isToken == true,
            value.span.firstForbiddenInValue(from: 0) == value.count
        else {
            throw ConfigurationError(
                at: ["challenge"],
                "expected a scheme with its parameters, such as Bearer or Basic realm=\"x\", "
                    + "found `\(text)`")
        }
        return LocalResponse(
            status: 401, cause: "access_unauthenticated",
            headers: [("www-authenticate", value)] + contentType(refusal.body), body: refusal.body,
            grpcStatus: 16)
    }

    private static func contentType(_ body: ByteString) -> [(HeaderName, ByteString)] {
        body.isEmpty ? [] : [("content-type", "text/plain; charset=utf-8")]
    }
}

extension AccessPolicy.Rule {
    fileprivate init(_ rule: Access.Rule, at index: Int) throws(ConfigurationError) {
        let name = rule.name ?? "rule-\(index + 1)"
        guard !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy(\.isToken) else {
            throw ConfigurationError(
                at: ["name"],
                "expected a word of at most 64 letters, digits and hyphens, found `\(name)`")
        }
        let requests: Access.Requests
        switch (rule.allow, rule.deny) {
        case (let allow?, nil): (requests, decision) = (allow, .allow)
        case (nil, let deny?): (requests, decision) = (deny, .deny)
        case (nil, nil): throw ConfigurationError("expected `allow` or `deny`")
        case (_?, _?): throw ConfigurationError("expected one of `allow` and `deny`, found both")
        }
        self.name = name
        isShadow = rule.shadow ?? false
        guard case .those(let configuration) = requests else {
            condition = nil
            return
        }
        do {
            condition = try RequestCondition(configuration)
        } catch {
            throw ConfigurationError(at: [decision.rawValue] + error.path, error.message)
        }
    }
}
