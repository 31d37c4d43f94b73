internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Lets requests in that bring a token of a trusted issuer.
public struct Jwt: FilterFactory {
    /// `jwt`
    public static let name = "jwt"

    /// A route's fields are laid over those of the chain.
    public static let routeOverride = RouteOverride.merge

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let plans: [IssuerPlan]
    private let gate: JwtGate
    private let cacheEntries: Int
    private let cacheTime: Interval
    private let open = OpenParts()

    /// What provisioning has begun and cleaning up ends.
    private final class OpenParts: Sendable {
        let remotes = Mutex<[RemoteKeys]>([])
    }

    /// Checks the configuration.
    public init(_ configuration: Configuration) throws {
        let common = configuration.common
        if let issuers = configuration.issuers {
            plans = try Self.plans(issuers, common)
        } else {
            guard common.issuer != nil else {
                throw ConfigurationError("expected `issuer` and `jwks`, or `issuers`")
            }
            plans = [try IssuerPlan(common, at: [])]
        }
        gate = JwtGate(try Self.policy(configuration, plans))
        let entries = configuration.cache?.entries ?? 10_000
        guard (0...1_000_000).contains(entries) else {
            throw ConfigurationError(
                at: ["cache", "entries"], "expected 0 to 1000000, found \(entries)")
        }
        cacheEntries = entries
        cacheTime = configuration.cache?.time?.interval ?? .seconds(3600)
        guard cacheTime > .zero else {
            throw ConfigurationError(at: ["cache", "time"], "expected more than 0s")
        }
    }

    private static func plans(_ issuers: [Issuer], _ common: Issuer) throws -> [IssuerPlan] {
        guard !issuers.isEmpty else {
            throw ConfigurationError(at: ["issuers"], "the list is empty: no token could pass")
        }
        let single = [
            ("issuer", common.issuer != nil), ("jwks", common.jwks != nil),
            ("secret", common.secret != nil), ("secret-encoding", common.secretEncoding != nil),
        ]
        for (name, isGiven) in single where isGiven {
            throw ConfigurationError(
                at: [name], "it belongs to one issuer: write it under `issuers`")
        }
        var plans: [IssuerPlan] = []
        for (index, issuer) in issuers.enumerated() {
            let field = ["issuers", "\(index)"]
            let plan = try IssuerPlan(issuer, common: common, at: field)
            guard !plans.contains(where: { sameBytes($0.name, plan.name) }) else {
                throw ConfigurationError(
                    at: field + ["issuer"], "`\(plan.name)` stands in the list already")
            }
            plans.append(plan)
        }
        return plans
    }

    private static func policy(
        _ configuration: Configuration, _ plans: [IssuerPlan]
    ) throws -> JwtGate.Policy {
        let sources =
            configuration.from?.list ?? CredentialSource("header:authorization").map { [$0] }
        guard let sources, !sources.isEmpty else {
            throw ConfigurationError(at: ["from"], "the list is empty: no token could be found")
        }
        guard Set(sources).count == sources.count else {
            throw ConfigurationError(at: ["from"], "a place stands in the list twice")
        }
        let name = configuration.nameClaim ?? "sub"
        guard let nameClaim = ClaimPath(name) else {
            throw ConfigurationError(
                at: ["name-claim"], "expected the name of a claim such as sub, found `\(name)`")
        }
        let realm = configuration.realm ?? "api"
        guard realm.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
            throw ConfigurationError(
                at: ["realm"], "expected ASCII without quotes and backslashes, found `\(realm)`")
        }
        let limit = configuration.tokenLimit?.bytes ?? 8192
        guard (256...65_536).contains(limit) else {
            throw ConfigurationError(
                at: ["token-limit"], "expected 256 to 64KiB, found \(ConfigSize(limit))")
        }
        let places = TokenPlaces(sources)
        return JwtGate.Policy(
            places: places, isOptional: configuration.optional ?? false,
            strips: configuration.forward == .strip,
            headers: try claimHeaders(configuration.claimsToHeaders, places),
            nameClaim: nameClaim, sizeLimit: limit, realm: realm,
            scopes: plans.count == 1 ? plans[0].rules.scopes : [])
    }

    private static func claimHeaders(
        _ names: ClaimNames?, _ places: TokenPlaces
    ) throws -> ClaimHeaders {
        var entries: [(name: HeaderName, path: ClaimPath)] = []
        for (header, claim) in names?.entries ?? [] {
            let field = ["claims-to-headers", header]
            guard let name = HeaderName(header), !name.isReserved else {
                throw ConfigurationError(
                    at: field, "expected a field that filters may set, found `\(header)`")
            }
            guard !places.areLookedFor(in: name) else {
                throw ConfigurationError(at: field, "tokens are looked for in this field")
            }
            guard !entries.contains(where: { $0.name == name }) else {
                throw ConfigurationError(at: field, "the field stands there already")
            }
            guard let path = ClaimPath(claim) else {
                throw ConfigurationError(
                    at: field, "expected the name of a claim such as sub, found `\(claim)`")
            }
            entries.append((name, path))
        }
        return ClaimHeaders(entries)
    }

    /// Reads keys from files, begins to fetch the others, and makes the caches.
    public func provision(_ services: any GatewayServices) throws {
        let fetches = FetchCounters(services)
        let issuers = try plans.map { try start($0, services, fetches) }
        let count = CacheCount()
        let caches = WorkerLocal(services) { _ in TokenCache(limit: cacheEntries, count: count) }
        services.gauge("weir_jwt_cached_tokens", "Verified tokens that are kept.") {
            Double(count.value.load(ordering: .relaxed))
        }
        _ = gate.running.storeIfNil(
            JwtGate.Running(
                verifier: TokenVerifier(
                    issuers: issuers, nameClaim: gate.policy.nameClaim,
                    headers: gate.policy.headers, cacheTime: cacheTime),
                caches: caches, counters: TokenCounters(services)))
    }

    private func start(
        _ plan: IssuerPlan, _ services: any GatewayServices, _ fetches: FetchCounters
    ) throws -> TrustedIssuer {
        var shelf: KeyShelf?
        var remote: RemoteKeys?
        switch plan.source {
        case .none: break
        case .inline(let keys):
            let fresh = KeyShelf()
            fresh.store(keys)
            for note in keys.notes { services.log(.warning, "\(plan.name): \(note)") }
            shelf = fresh
        case .file(let file):
            let fresh = KeyShelf()
            try KeyFile.follow(file, fresh, services, at: plan.field + ["jwks", "file"])
            shelf = fresh
        case .cluster(let name, let settings):
            let cluster = try services.cluster(name, at: plan.field + ["jwks", "cluster"])
            let request = settings.request
            let host = request.authority?.description ?? ""
            // A reload of the configuration finds the keys that it had.
            let known = services.shared("\(plan.name) \(name) \(host) \(request.path)") {
                KeyShelf()
            }
            let fetcher = RemoteKeys(
                settings, shelf: known, cluster: cluster, services: services, counters: fetches)
            open.remotes.withLock { $0.append(fetcher) }
            services.gauge(
                "weir_jwt_keys_age_seconds", "Time since an issuer's keys were fetched.",
                labels: [("issuer", plan.name)]
            ) { [weak fetcher] in fetcher?.reportedAge ?? 0 }
            fetcher.start()
            (shelf, remote) = (known, fetcher)
        }
        return TrustedIssuer(
            name: plan.name, namePrefix: plan.namePrefix, algorithms: plan.algorithms,
            rules: plan.rules, secret: plan.secret, shelf: shelf, remote: remote)
    }

    /// Ends fetching.
    public func cleanUp() {
        let remotes = open.remotes.withLock { remotes in
            defer { remotes = [] }
            return remotes
        }
        for remote in remotes { remote.stop() }
    }

    /// The one filter that serves all streams.
    public func makeFilter() -> any HTTPFilter { gate }

    /// Whose tokens a request needs, and whether it brings one; tokens are not verified.
    public func explain(_ stream: FilterStream) -> [String] {
        let places = gate.policy.places.places.map(\.source.description).joined(separator: ", ")
        let issuers = plans.map(\.name).joined(separator: ", ")
        let need = gate.policy.isOptional ? "may bring" : "must bring"
        let has =
            switch gate.policy.places.find(in: stream.request) {
            case .none where gate.policy.isOptional: "it has none and would pass"
            case .none: "it has none: 401 jwt_missing"
            case .one: "it has one, which is not verified here"
            case .several: "it has several: 400 jwt_ambiguous"
            }
        return ["\(need) a token of \(issuers) in \(places); \(has)"]
    }
}
