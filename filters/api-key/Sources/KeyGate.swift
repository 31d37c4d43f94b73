internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// Admits streams by the key that they show. Shared by all streams.
final class KeyGate: HTTPFilter, Sendable {
    /// What the operator has set.
    struct Settings: Sendable {
        let places: [KeyPlace]
        let strips: Bool
        let isOptional: Bool
        let clientHeader: HeaderName?
        /// What clients may not send.
        let removed: [HeaderName]
        let refusals: Refusals
    }

    /// What a request shows.
    enum Finding {
        case missing
        /// Keys that differ: the upstream might have gone by another than this filter.
        case conflicting
        case unknown
        case client(ClientIdentity)
    }

    /// How many requests there were by what they showed.
    struct Counters: Sendable {
        let accepted: Counter
        let missing: Counter
        let anonymous: Counter
        let unknown: Counter
        let conflicting: Counter

        init(_ services: any GatewayServices) {
            func counter(_ outcome: String) -> Counter {
                services.counter(
                    "weir_api_key_requests_total", "Requests by what came of their key.",
                    labels: [("outcome", outcome)])
            }
            accepted = counter("accepted")
            missing = counter("missing")
            anonymous = counter("anonymous")
            unknown = counter("unknown")
            conflicting = counter("conflicting")
        }
    }

    let table: Published<KeyTable>
    private let settings: Settings
    private let counters: Counters
    private let hashers: WorkerLocal<SHA256Hasher>

    init(_ settings: Settings, _ table: KeyTable, _ services: any GatewayServices) {
        self.settings = settings
        self.table = Published(services, table)
        counters = Counters(services)
        hashers = WorkerLocal(services) { _ in SHA256Hasher() }
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        request.headers.removeSpoofed(settings.removed)
        let finding = hashers.with(stream) { hasher in
            table.with(stream) { settings.find(in: request, $0, hasher) }
        }
        switch finding {
        case .client(let client):
            counters.accepted.add(for: stream)
            if settings.strips {
                for place in settings.places { place.remove(from: request) }
            }
            if let header = settings.clientHeader {
                let name = client.name
                request.headers.append(header, name.span)
            }
            stream.identify(client)
            return .continue
        case .missing where settings.isOptional:
            counters.anonymous.add(for: stream)
            return .continue
        case .missing:
            counters.missing.add(for: stream)
            return .respond(settings.refusals.missing)
        case .unknown:
            counters.unknown.add(for: stream)
            return .respond(settings.refusals.unknown)
        case .conflicting:
            counters.conflicting.add(for: stream)
            return .respond(settings.refusals.conflicting)
        }
    }
}

extension KeyGate.Settings {
    /// What the request shows, in all places together.
    func find(
        in request: RequestHead, _ table: borrowing KeyTable, _ hasher: SHA256Hasher
    ) -> KeyGate.Finding {
        var shown: SHA256Digest?
        var isConflicting = false
        for place in places {
            place.forEach(in: request) { key in
                // One that differs settles it, however many a client piles up.
                guard !isConflicting else { return }
                let digest = hasher.digest(key)
                if let shown, shown != digest { isConflicting = true }
                shown = digest
            }
        }
        if isConflicting { return .conflicting }
        guard let shown else { return .missing }
        return table.client(shown).map { .client($0) } ?? .unknown
    }
}

/// The answers to clients without a good key.
struct Refusals: Sendable {
    let missing: LocalResponse
    let unknown: LocalResponse
    let conflicting: LocalResponse

    /// A 401 names a way to get in (RFC 9110, section 15.5.2).
    init(realm: String) {
        let headers: [(HeaderName, ByteString)] = [
            ("www-authenticate", ByteString("ApiKey realm=\"\(realm)\""))
        ]
        missing = LocalResponse(status: 401, cause: "api_key_missing", headers: headers)
        unknown = LocalResponse(status: 401, cause: "api_key_unknown", headers: headers)
        conflicting = LocalResponse(status: 401, cause: "api_key_conflicting", headers: headers)
    }
}
