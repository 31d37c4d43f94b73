internal import WeirBase

/// From what an operator has written to what requests are compared with.
extension RequestCondition.Configuration {
    var isSomething: Bool {
        methods != nil || paths != nil || hosts != nil || headers != nil || query != nil
            || clientAddresses != nil || clients != nil || claims != nil || certificate != nil
            || listeners != nil || not != nil
    }

    func readMethods() throws(ConfigurationError) -> MethodSet? {
        guard let methods else { return nil }
        var set = MethodSet()
        for (name, path) in try methods.entries(at: ["methods"]) where !set.insert(name) {
            throw ConfigurationError(at: path, "expected a method such as GET, found `\(name)`")
        }
        return set
    }

    func readListeners() throws(ConfigurationError) -> [String]? {
        try listeners?.entries(at: ["listeners"]).map(\.text)
    }

    func readAddresses() throws(ConfigurationError) -> NetworkSet? {
        guard let clientAddresses else { return nil }
        let entries = try clientAddresses.entries(at: ["client-addresses"])
        do {
            return try NetworkSet(entries.map(\.text))
        } catch {
            let path = error.path.first.flatMap { Int($0) }.map { entries[$0].path }
            throw ConfigurationError(at: path ?? ["client-addresses"], error.message)
        }
    }

    func readPaths() throws(ConfigurationError) -> [PathGlob]? {
        guard let paths else { return nil }
        var globs: [PathGlob] = []
        for (text, path) in try paths.entries(at: ["paths"]) {
            do {
                globs.append(try PathGlob(text))
            } catch {
                throw ConfigurationError(at: path, error.message)
            }
        }
        return globs
    }

    func readHosts() throws(ConfigurationError) -> [HostGlob]? {
        try hosts?.hosts(at: ["hosts"])
    }

    func readHeaders() throws(ConfigurationError) -> [HeaderCondition] {
        var conditions: [HeaderCondition] = []
        for (name, texts) in try Self.entries(headers, of: "headers", such: "x-team: edge") {
            guard let header = HeaderName(name) else {
                throw ConfigurationError(
                    at: ["headers", name], "expected a field name such as x-team, found `\(name)`")
            }
            conditions.append(
                HeaderCondition(name: header, values: try texts.choice(at: ["headers", name])))
        }
        return conditions
    }

    func readQuery() throws(ConfigurationError) -> [QueryCondition] {
        var conditions: [QueryCondition] = []
        for (name, texts) in try Self.entries(query, of: "query", such: "debug: absent") {
            conditions.append(
                QueryCondition(
                    name: ByteString(name), values: try texts.choice(at: ["query", name])))
        }
        return conditions
    }

    func readClients() throws(ConfigurationError) -> TextChoice? {
        try clients?.choice(at: ["clients"])
    }

    func readClaims() throws(ConfigurationError) -> [ClaimCondition] {
        var conditions: [ClaimCondition] = []
        for (name, texts) in try Self.entries(claims, of: "claims", such: "role: admin") {
            guard let path = ClaimPath(name) else {
                throw ConfigurationError(
                    at: ["claims", name], "expected a claim such as realm.roles, found `\(name)`")
            }
            conditions.append(
                ClaimCondition(path: path, values: try texts.choice(at: ["claims", name])))
        }
        return conditions
    }

    /// The entries of a map in the order of their names. One without any would hold for every
    /// request, although it reads as if it asked for something.
    private static func entries(
        _ map: [String: RequestCondition.Texts]?, of field: String, such example: String
    ) throws(ConfigurationError) -> [(key: String, value: RequestCondition.Texts)] {
        guard let map else { return [] }
        guard !map.isEmpty else {
            throw ConfigurationError(
                at: [field],
                "an empty map would mean every request; expected at least one entry such as "
                    + "`\(example)`")
        }
        return map.sorted { $0.key < $1.key }
    }

    func readNegated() throws(ConfigurationError) -> RequestCondition? {
        guard let not else { return nil }
        do {
            return try RequestCondition(not)
        } catch {
            throw ConfigurationError(at: ["not"] + error.path, error.message)
        }
    }
}

extension RequestCondition.Certificate {
    func prepared() throws(ConfigurationError) -> CertificateCondition {
        CertificateCondition(
            subjects: try readSubjects(),
            dnsNames: try dnsNames?.hosts(at: ["certificate", "dns-names"]),
            uris: try uris?.presentChoice(at: ["certificate", "uris"]),
            fingerprints: try readFingerprints())
    }

    private func readSubjects() throws(ConfigurationError) -> TextChoice? {
        guard let subject else { return nil }
        let path = ["certificate", "subject"]
        let choice = try subject.presentChoice(at: path)
        for (pattern, entry) in zip(choice.patterns, try subject.entries(at: path)) {
            // Such text could be a piece of any attribute's value.
            if pattern.kind == .part
                || (pattern.kind == .suffix && pattern.text.storage.first != UInt8(ascii: ","))
            {
                throw ConfigurationError(
                    at: entry.path,
                    "`\(pattern)` could stand within a value; expected the whole name, its "
                        + "beginning as in `CN=build-*`, or whole parts at its end as in "
                        + "`*,O=Example`")
            }
        }
        return choice
    }

    private func readFingerprints() throws(ConfigurationError) -> [String]? {
        guard let fingerprints else { return nil }
        var digests: [String] = []
        for (text, path) in try fingerprints.entries(at: ["certificate", "fingerprints"]) {
            let digits = text.utf8.filter { $0 != UInt8(ascii: ":") }.map(\.lowercased)
            guard digits.count == 64, digits.allSatisfy({ $0.hexValue != nil }) else {
                throw ConfigurationError(
                    at: path, "expected a SHA-256 digest of 64 hexadecimal digits, found `\(text)`")
            }
            digests.append(String(decoding: digits, as: UTF8.self))
        }
        return digests
    }
}

extension RequestCondition.Texts {
    /// The texts with the ways to them.
    func entries(
        at path: [String]
    ) throws(ConfigurationError) -> [(text: String, path: [String])] {
        guard !values.isEmpty else {
            throw ConfigurationError(
                at: path, "an empty list never holds; expected at least one value")
        }
        return values.enumerated().map { ($1, isList ? path + ["\($0)"] : path) }
    }

    func choice(at path: [String]) throws(ConfigurationError) -> TextChoice {
        var patterns: [TextPattern] = []
        for (text, path) in try entries(at: path) {
            guard let pattern = TextPattern(text) else {
                throw ConfigurationError(
                    at: path, "expected \(TextPattern.forms), found `\(text)`")
            }
            patterns.append(pattern)
        }
        return TextChoice(patterns)
    }

    /// A choice of texts of which there is always one.
    func presentChoice(at path: [String]) throws(ConfigurationError) -> TextChoice {
        let choice = try choice(at: path)
        if let index = choice.patterns.firstIndex(where: \.meansAbsence) {
            throw ConfigurationError(
                at: try entries(at: path)[index].path,
                "`absent` makes no sense here; use `not` for clients without a certificate")
        }
        return choice
    }

    func hosts(at path: [String]) throws(ConfigurationError) -> [HostGlob] {
        var hosts: [HostGlob] = []
        for (text, path) in try entries(at: path) {
            do {
                hosts.append(try HostGlob(text))
            } catch {
                throw ConfigurationError(at: path, error.message)
            }
        }
        return hosts
    }
}
