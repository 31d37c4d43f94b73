internal import WeirBase

/// Which requests a filter means: one description for all filters, prepared once.
///
/// It is made to be safe in rules. What is missing never holds: a request without a certificate has
/// no subject, one without an identity has no claims, so that what allows fails closed. What is
/// there more than once is looked at in full: every line of a field, every parameter of a name,
/// every identity, so that what denies is not hidden behind a first value. Paths are the
/// canonical ones by which routes are found, hosts come without port.
public final class RequestCondition: Sendable {
    private let methods: MethodSet?
    private let listeners: [String]?
    private let clientAddresses: NetworkSet?
    private let paths: [PathGlob]?
    private let hosts: [HostGlob]?
    private let headers: [HeaderCondition]
    private let query: [QueryCondition]
    private let clients: TextChoice?
    private let certificate: CertificateCondition?
    private let claims: [ClaimCondition]
    private let negated: RequestCondition?

    /// Whether it depends on who filters have found the client to be.
    public let asksForClient: Bool

    /// Prepares what an operator has written. The error's path starts at the condition.
    public init(_ configuration: Configuration) throws(ConfigurationError) {
        guard configuration.isSomething else {
            throw ConfigurationError(
                "a condition without fields would mean every request; expected at least one of "
                    + "methods, paths, hosts, headers, query, client-addresses, clients, claims, "
                    + "certificate, listeners or not")
        }
        methods = try configuration.readMethods()
        listeners = try configuration.readListeners()
        clientAddresses = try configuration.readAddresses()
        paths = try configuration.readPaths()
        hosts = try configuration.readHosts()
        headers = try configuration.readHeaders()
        query = try configuration.readQuery()
        clients = try configuration.readClients()
        certificate = try configuration.certificate?.prepared()
        claims = try configuration.readClaims()
        negated = try configuration.readNegated()
        asksForClient = clients != nil || !claims.isEmpty || negated?.asksForClient == true
    }

    /// Whether the request of the stream is meant. Also after the request has been sent on: the
    /// path is the one by which the route was found, whatever the route has made of it.
    public func holds(_ stream: FilterStream) -> Bool { holds(stream, asAnyone: false) }

    /// Whether the request would be meant if the client were the right one: what asks for the
    /// client is left aside.
    public func couldHold(_ stream: FilterStream) -> Bool { holds(stream, asAnyone: true) }

    private func holds(_ stream: FilterStream, asAnyone: Bool) -> Bool {
        let request = stream.request
        if let methods, !methods.contains(request) { return false }
        if let clientAddresses {
            guard let address = stream.clientAddress, clientAddresses.contains(address) else {
                return false
            }
        }
        if paths != nil, !holdsPath(stream) { return false }
        if hosts != nil, !holdsHost(request) { return false }
        for index in headers.indices where !headers[index].holds(request.headers) { return false }
        if listeners != nil || !query.isEmpty || clients != nil || certificate != nil
            || !claims.isEmpty || negated != nil
        {
            return holdsRest(stream, asAnyone: asAnyone)
        }
        return true
    }

    /// The fields that do not hold, as they are written: `methods`, `headers.x-team`. Empty when
    /// the request is meant.
    public func unmet(_ stream: FilterStream) -> [String] {
        let request = stream.request
        var fields: [String] = []
        if let methods, !methods.contains(request) { fields.append("methods") }
        if paths != nil, !holdsPath(stream) { fields.append("paths") }
        if hosts != nil, !holdsHost(request) { fields.append("hosts") }
        for header in headers where !header.holds(request.headers) {
            fields.append("headers.\(header.name)")
        }
        for parameter in query where !parameter.holds(request.query) {
            fields.append("query.\(parameter.name)")
        }
        if let clientAddresses {
            let holds = stream.clientAddress.map { clientAddresses.contains($0) }
            if holds != true { fields.append("client-addresses") }
        }
        if clients != nil, !holdsClient(stream) { fields.append("clients") }
        if !claims.isEmpty, !holdsClaims(stream) { fields.append("claims") }
        if let certificate, !certificate.holds(stream.security) { fields.append("certificate") }
        if let listeners, !listeners.contains(stream.place.listener) { fields.append("listeners") }
        if let negated, negated.holds(stream) { fields.append("not") }
        return fields
    }

    private func holdsPath(_ stream: FilterStream) -> Bool {
        guard let paths else { return true }
        let path = stream.routedPath ?? stream.request.path
        let bytes = path.span
        for index in paths.indices where paths[index].matches(bytes) { return true }
        return false
    }

    private func holdsHost(_ request: RequestHead) -> Bool {
        guard let hosts else { return true }
        let authority = request.authority
        let host = authority.span.extracting(0..<authority.hostCount)
        for index in hosts.indices where hosts[index].matches(host) { return true }
        return false
    }

    /// What few conditions ask for.
    private func holdsRest(_ stream: FilterStream, asAnyone: Bool) -> Bool {
        if let listeners, !listeners.contains(stream.place.listener) { return false }
        for index in query.indices where !query[index].holds(stream.request.query) { return false }
        if let certificate, !certificate.holds(stream.security) { return false }
        if clients != nil, !asAnyone, !holdsClient(stream) { return false }
        if !claims.isEmpty, !asAnyone, !holdsClaims(stream) { return false }
        guard let negated, !asAnyone || !negated.asksForClient else { return true }
        return !negated.holds(stream)
    }

    private func holdsClient(_ stream: FilterStream) -> Bool {
        guard let clients else { return true }
        if stream.identities.isEmpty { return clients.meansAbsence }
        return stream.identities.contains { identity in
            let name = identity.name
            return clients.matches(name.span)
        }
    }

    /// All claims have to be those of one identity: what two of them say is never put together.
    private func holdsClaims(_ stream: FilterStream) -> Bool {
        stream.identities.contains { identity in claims.allSatisfy { $0.holds(identity) } }
    }
}
