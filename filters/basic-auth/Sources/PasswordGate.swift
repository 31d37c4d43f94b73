internal import OpenSSLDigest
internal import Synchronization
internal import WeirBase
internal import WeirFilter

/// Admits streams by a user's password. Shared by all streams.
final class PasswordGate: HTTPFilter, Sendable {
    /// What the operator has set.
    struct Settings: Sendable {
        let strips: Bool
        let isOptional: Bool
        let clientHeader: HeaderName?
        /// What clients may not send.
        let removed: [HeaderName]
        let refusals: Refusals
        let cacheSize: Int
        let cacheLifetime: Interval
        let checkLimit: Int
        let clientCheckLimit: Int
    }

    /// A stream that is asked again finds its check here.
    private static let check = StreamKey<Check>()

    let users: Published<UserTable>
    let checks: Checks
    private let settings: Settings
    private let counters: Counters
    private let cache: WorkerLocal<VerifiedCache>
    private let services: any GatewayServices

    init(_ settings: Settings, _ services: any GatewayServices) {
        self.settings = settings
        self.services = services
        users = Published(services, UserTable())
        checks = Checks(limit: settings.checkLimit, clientLimit: settings.clientCheckLimit)
        counters = Counters(services)
        let key = ByteString(unguessableBytes(32))
        cache = WorkerLocal(services) { _ in
            VerifiedCache(size: settings.cacheSize, lifetime: settings.cacheLifetime, key: key)
        }
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        if let check = stream.values[Self.check] { return checked(check, request, stream) }
        request.headers.removeSpoofed(settings.removed)
        guard let line = Self.line(in: request) else {
            if settings.isOptional {
                counters.anonymous.add(for: stream)
                return .continue
            }
            counters.missing.add(for: stream)
            return .respond(settings.refusals.missing)
        }
        let subject = subject(request, line, stream)
        let now = stream.now
        if let subject, let known = cache.with(stream, { $0.identity(subject, now: now) }) {
            counters.cached.add(for: stream)
            return admit(known, request, stream)
        }
        guard let subject, let credentials = Self.credentials(in: request, line) else {
            counters.malformed.add(for: stream)
            return .respond(settings.refusals.malformed)
        }
        return check(credentials, subject, stream)
    }

    /// Where the request has credentials of this kind, among all of its lines; nil when it has
    /// none. Other schemes are other filters' business.
    static func line(in request: RequestHead) -> Int? {
        let headers = request.headers
        var line = headers.index(of: .authorization)
        while let index = line {
            if encoded(headers.value(at: index)) != nil { return index }
            line = headers.index(of: .authorization, from: index + 1)
        }
        return nil
    }

    /// What follows the word `Basic`; nil behind other words. A scheme ends with the first byte
    /// that none can have (RFC 9110, section 11.4): upstreams differ in where they split.
    @_lifetime(copy value)
    private static func encoded(_ value: Span<UInt8>) -> Span<UInt8>? {
        let value = value.trimmed
        guard value.startsIgnoringCase("basic"), value.count == 5 || !value[5].isToken else {
            return nil
        }
        return value.extracting(5..<value.count).trimmed
    }

    /// What the request has there; nil when it is malformed.
    static func credentials(in request: RequestHead, _ line: Int) -> Credentials? {
        let headers = request.headers
        guard isAlone(line, headers), let text = encoded(headers.value(at: line)) else {
            return nil
        }
        return Credentials(text)
    }

    /// Whether there is no second field: the upstream might go by the other.
    private static func isAlone(_ line: Int, _ headers: borrowing HeaderMap) -> Bool {
        headers.index(of: .authorization) == line
            && headers.index(of: .authorization, from: line + 1) == nil
    }

    /// What stands for the credentials of the request, before they are decoded.
    private func subject(
        _ request: RequestHead, _ line: Int, _ stream: FilterStream
    ) -> Checks.Subject? {
        let headers = request.headers
        let text = headers.value(at: line)
        guard Self.isAlone(line, headers), text.count <= Credentials.longest + 6 else { return nil }
        return Checks.Subject(
            mark: cache.with(stream) { $0.mark(text) },
            generation: users.with(stream) { $0.generation })
    }

    /// Has the password checked on another thread while the stream waits.
    private func check(
        _ credentials: Credentials, _ subject: Checks.Subject, _ stream: FilterStream
    ) -> Verdict {
        let user = users.with(stream) { $0.user(credentials.user) }
        // An unknown user takes as long as a wrong password, or it would show who is known.
        guard
            let hash = user?.hash
                ?? users.with(stream, { $0.hash(ofUnknown: credentials.user) })
        else {
            counters.wrong.add(for: stream)
            return .respond(settings.refusals.wrong)
        }
        let check = Check(subject)
        stream.values[Self.check] = check
        let client = stream.clientAddress
        return stream.pause { token in
            let waiter = Checks.Waiter(token: token.shared(), check: check)
            switch checks.admit(subject, client, waiter) {
            case .joined: break
            case .refused: refuse([waiter], busy: true)
            case .begin:
                let password = credentials.password
                let isTaken = services.offload { [self] in
                    let isRight = Crypt.matches(password, hash)
                    let waiters = checks.end(subject, client)
                    guard isRight, let user else { return refuse(waiters, busy: false) }
                    for waiter in waiters {
                        _ = waiter.check.identity.storeIfNil(user.identity)
                        waiter.token.askAgain()
                    }
                }
                if !isTaken { refuse(checks.end(subject, client), busy: true) }
            }
        }
    }

    /// Answers streams that have waited, on any thread.
    private func refuse(_ waiters: [Checks.Waiter], busy: Bool) {
        (busy ? counters.busy : counters.wrong).add(waiters.count)
        for waiter in waiters {
            waiter.token.respond(busy ? settings.refusals.busy : settings.refusals.wrong)
        }
    }

    /// The stream has waited for a check, and it went well.
    private func checked(
        _ check: Check, _ request: RequestHead, _ stream: FilterStream
    ) -> Verdict {
        stream.values[Self.check] = nil
        guard let identity = check.identity.load() else {
            return .respond(settings.refusals.wrong)
        }
        let now = stream.now
        cache.with(stream) { $0.add(check.subject, identity, now: now) }
        counters.checked.add(for: stream)
        return admit(identity, request, stream)
    }

    private func admit(
        _ identity: ClientIdentity, _ request: RequestHead, _ stream: FilterStream
    ) -> Verdict {
        if settings.strips { request.headers.remove(.authorization) }
        if let header = settings.clientHeader {
            let name = identity.name
            request.headers.append(header, name.span)
        }
        stream.identify(identity)
        return .continue
    }
}
