internal import WeirBase
internal import WeirFilter

/// Checks the parts of a configuration and names what is wrong.
struct AuthPlanReader {
    private let configuration: ExternalAuth.Configuration

    init(_ configuration: ExternalAuth.Configuration) { self.configuration = configuration }

    func condition() throws -> RequestCondition? {
        guard let when = configuration.when else { return nil }
        do {
            return try RequestCondition(when)
        } catch {
            throw ConfigurationError(at: ["when"] + error.path, error.message)
        }
    }

    func timeout() throws -> Interval {
        let timeout = configuration.timeout ?? ConfigDuration(.milliseconds(200))
        guard timeout.interval > .zero, timeout.interval <= .seconds(60) else {
            throw ConfigurationError(
                at: ["timeout"], "expected more than 0s and at most 1m, found `\(timeout)`")
        }
        return timeout.interval
    }

    func statusOnError() throws -> Int {
        let status = configuration.statusOnError ?? 403
        guard (400...599).contains(status) else {
            throw ConfigurationError(
                at: ["status-on-error"], "expected a status from 400 to 599, found \(status)")
        }
        return status
    }

    func cache() throws -> AuthPlan.Cache? {
        guard let cache = configuration.cache else { return nil }
        guard configuration.body == nil else {
            throw ConfigurationError(
                at: ["cache"],
                "a decision that depends on the body holds for that request alone; "
                    + "leave out `cache` or `body`")
        }
        guard !cache.key.isEmpty else {
            throw ConfigurationError(
                at: ["cache", "key"],
                "expected an attribute such as header:authorization; without one, one decision "
                    + "would hold for all requests")
        }
        let ttl = cache.ttl ?? ConfigDuration(.seconds(30))
        guard ttl.interval > .zero, ttl.interval <= .seconds(3600) else {
            throw ConfigurationError(
                at: ["cache", "ttl"], "expected more than 0s and at most 1h, found `\(ttl)`")
        }
        let entries = cache.entries ?? 10_000
        guard (1...1_000_000).contains(entries) else {
            throw ConfigurationError(
                at: ["cache", "entries"], "expected a number from 1 to 1000000, found \(entries)")
        }
        return AuthPlan.Cache(
            key: cache.key, lifetime: ttl.interval, entries: entries,
            bytes: try Self.size(
                cache.size ?? ConfigSize(16 << 20), (64 << 10)...(1 << 30), at: ["cache", "size"]))
    }

    // MARK: Services

    func httpService(
        _ http: ExternalAuth.HTTPSettings, timeout: Interval, upstreamHeaders: [HeaderName]
    ) throws -> HTTPService {
        let path = http.path ?? "/"
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 })
        else {
            throw ConfigurationError(
                at: ["http", "path"], "expected a path such as /check, found `\(path)`")
        }
        let appendsPath = http.appendPath ?? false
        guard !appendsPath || !path.contains("?") else {
            throw ConfigurationError(
                at: ["http", "path"], "a path that the request's own is appended to has no query")
        }
        if let form = configuration.body?.form {
            throw ConfigurationError(
                at: ["body", "as"], "`\(form)` is for `grpc`; over HTTP a body is itself")
        }
        return HTTPService(
            path: ByteString(path), appendsPath: appendsPath, method: try method(http),
            authority: try Self.authority(http.authority, at: ["http", "authority"]),
            timeout: timeout, responseLimit: try responseLimit(),
            sends: try requestHeaders(
                orElse: .these([
                    HeaderName(.accept), HeaderName(.authorization), HeaderName(.cookie),
                    HeaderName(.origin), "traceparent", "tracestate", HeaderName(.userAgent),
                    HeaderName(.xRequestId),
                ])),
            upstreamHeaders: upstreamHeaders,
            denialHeaders: try configuration.clientHeaders.map {
                try Self.names($0, at: ["client-headers"])
            } ?? [
                HeaderName(.cacheControl), HeaderName(.contentType), HeaderName(.location),
                HeaderName(.retryAfter), HeaderName(.setCookie), "www-authenticate",
            ],
            successHeaders: try Self.names(
                configuration.clientHeadersOnSuccess, at: ["client-headers-on-success"]),
            identityHeader: try identityHeader())
    }

    func grpcService(
        _ grpc: ExternalAuth.GRPCSettings, timeout: Interval
    ) throws -> GRPCService {
        let httpOnly: [(String, Bool)] = [
            ("client-headers", configuration.clientHeaders != nil),
            ("client-headers-on-success", configuration.clientHeadersOnSuccess != nil),
        ]
        for (field, isSet) in httpOnly where isSet {
            throw ConfigurationError(
                at: [field], "over `grpc` the service itself says which fields the client gets")
        }
        return GRPCService(
            call: GRPCCall(
                "/envoy.service.auth.v3.Authorization/Check", timeout: timeout,
                responseLimit: try responseLimit(),
                authority: try Self.authority(grpc.authority, at: ["grpc", "authority"]),
                isRepeatable: true),
            context: grpc.context ?? [:],
            sends: try requestHeaders(orElse: .all),
            bodyIsBytes: configuration.body?.form == .bytes,
            identityHeader: try identityHeader())
    }

    private func method(_ http: ExternalAuth.HTTPSettings) throws -> Method? {
        let hasBody = configuration.body != nil
        switch http.method {
        case nil: return hasBody ? .post : .get
        case "original": return nil
        case "POST": return .post
        case "PUT": return .put
        case "GET" where !hasBody: return .get
        case "HEAD" where !hasBody: return .head
        case "GET", "HEAD":
            throw ConfigurationError(
                at: ["http", "method"], "a question with a `body` is POST, PUT or original")
        case let other?:
            throw ConfigurationError(
                at: ["http", "method"],
                "expected GET, HEAD, POST, PUT or original, found `\(other)`")
        }
    }

    // MARK: Fields

    private func responseLimit() throws -> Int {
        try Self.size(
            configuration.responseLimit ?? ConfigSize(64 << 10), 1...(16 << 20),
            at: ["response-limit"])
    }

    private func requestHeaders(orElse usual: SentFields) throws -> SentFields {
        guard let names = configuration.requestHeaders else { return usual }
        if names == ["*"] { return .all }
        if let index = names.firstIndex(of: "*") {
            throw ConfigurationError(
                at: ["request-headers", "\(index)"], "`*` is every field; it stands alone")
        }
        return .these(try Self.names(names, at: ["request-headers"]))
    }

    private func identityHeader() throws -> HeaderName? {
        try configuration.identityHeader.map { try Self.name($0, at: ["identity-header"]) }
    }

    static func names(_ names: [String]?, at field: [String]) throws -> [HeaderName] {
        try (names ?? []).enumerated().map { try name($1, at: field + ["\($0)"]) }
    }

    private static func name(_ text: String, at field: [String]) throws -> HeaderName {
        guard let name = HeaderName(text) else {
            throw ConfigurationError(
                at: field, "expected a field name such as x-user, found `\(text)`")
        }
        guard !name.isReserved else {
            throw ConfigurationError(at: field, "`\(text)` is the gateway's own affair")
        }
        return name
    }

    private static func authority(_ text: String?, at field: [String]) throws -> ByteString? {
        guard let text else { return nil }
        let isPlain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@")
        }
        guard !text.isEmpty, isPlain else {
            throw ConfigurationError(
                at: field, "expected a host such as auth.example.com, found `\(text)`")
        }
        return ByteString(text)
    }

    static func size(
        _ size: ConfigSize, _ range: ClosedRange<Int>, at field: [String]
    ) throws -> Int {
        guard range.contains(size.bytes) else {
            throw ConfigurationError(
                at: field,
                "expected \(ConfigSize(range.lowerBound)) to "
                    + "\(ConfigSize(range.upperBound)), found `\(size)`")
        }
        return size.bytes
    }
}
