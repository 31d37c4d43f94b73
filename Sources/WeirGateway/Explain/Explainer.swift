internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirHTTP
internal import WeirRouting
internal import WeirServer

/// Takes a request through the code that serves requests, as far as that needs no socket.
struct Explainer {
    let configuration: GatewayConfiguration
    let snapshot: GatewaySnapshot
    let sketch: RequestSketch
    /// Who asks; nil for the machine itself.
    let client: IPAddress?
    /// Who filters and the handshake find the client to be.
    let who: ClientSketch
    /// The name that the client's handshake asks for, in lower case; nil for the URL's host.
    let serverName: String?

    /// How many routes are shown beside the one that matches.
    private static let candidateCount = 5

    /// What becomes of the request on the listener.
    func explain(_ choice: ListenerChoice) -> Explanation {
        let listener = configuration.listeners[choice.index]
        let isSecure =
            listener.connection.contains { $0.type.seam == .connection }
            && (sketch.scheme == "https" || serverName != nil
                || (sketch.scheme == nil && who.showsCertificate))
        // What a client would ask for: never an address (RFC 6066, section 3).
        let urlName = sketch.host.flatMap { IPAddress($0) == nil ? $0.lowercased() : nil }
        let name = isSecure ? serverName ?? urlName : nil
        let policy = snapshot.listeners[choice.index].policy(forServerName: name)
        let entry = policy.part == 0 ? nil : listener.serverNames[policy.part - 1]
        let served = entry?.served ?? listener.served
        let head = sketch.head(address: listener.address, serverName: serverName)
        let stream = FilterStream(driver: nil)
        let isSocket = listener.address.ip == nil
        stream.peerAddress = client ?? (isSocket ? nil : IPAddress(v4: 0x7F00_0001))
        stream.peerText = stream.peerAddress.map { ByteString($0.description) }
        if isSecure { stream.security = who.security(serverName: name) }
        if let identity = who.identity { stream.identify(identity) }
        var explanation = Explanation(
            file: configuration.file, sketch: sketch, head: String(decoding: head, as: UTF8.self),
            listener: listener, listenerReason: choice.reason, served: served, serverName: name,
            serverNames: entry, peer: stream.peerAddress,
            result: .refused(Explanation.Refusal(status: 400, cause: "incomplete_head")),
            notes: [])
        var parser = RequestParser(limits: policy.limits, paths: policy.paths)
        switch parser.parse(head.span, into: stream.request) {
        case .needMore: break
        case .failed(let problem):
            explanation.result = .refused(
                Explanation.Refusal(status: problem.status, cause: "\(problem.cause)"))
        case .complete:
            stream.request.scheme = ForwardingFields.scheme(
                stream.request.headers, isSecure: isSecure,
                trustedHops: policy.forwarding.trustedHops)
            if let refusal = policy.refusal(of: stream.request) {
                explanation.result = .refused(
                    Explanation.Refusal(status: refusal.status, cause: "\(refusal.cause)"))
            } else {
                explanation.result = .routed(
                    routed(stream, served, policy, parser, &explanation.notes))
            }
        }
        let end = notes(isSecure: isSecure, scheme: stream.request.scheme)
        explanation.notes = end + explanation.notes
        return explanation
    }

    /// What the description of the request leaves open.
    private func notes(isSecure: Bool, scheme: Scheme) -> [String] {
        var notes: [String] = []
        if let fragment = sketch.fragment {
            notes.append("clients keep the fragment `#\(fragment)` to themselves")
        }
        if sketch.scheme == "https" && scheme == .http {
            notes.append("the listener ends no TLS, so that the gateway takes the scheme for http")
        }
        if serverName != nil && !isSecure {
            notes.append("nothing on the listener learns a server name")
        }
        if who.showsCertificate && !isSecure {
            notes.append("without TLS there is no certificate")
        }
        if sketch.method != "GET", sketch.method.uppercased() == "GET" {
            notes.append("methods are case-sensitive: \(sketch.method) is not GET")
        }
        return notes
    }

    /// Follows `HTTP1Server.begin` and `Exchange.start`.
    private func routed(
        _ stream: FilterStream, _ served: ServedRoutes, _ policy: ListenerPolicy,
        _ parser: RequestParser, _ notes: inout [String]
    ) -> Explanation.Routed {
        let request = stream.request
        stream.clientAddress = ForwardingFields.clientAddress(
            request.headers, peer: stream.peerAddress, trustedHops: policy.forwarding.trustedHops)
        let index = policy.routes.index
        let position = index.match(request, captures: &stream.captures)
        let routes = served.routes.routes
        let compiled = position.map { policy.routes.routes[$0] } ?? policy.fallback
        stream.place = compiled.place
        let candidates = index.explain(request, limit: Self.candidateCount)
        let captures = compiled.place.captureNames.map { name in
            (name: name, value: stream.capture(name)?.description ?? "")
        }
        let path = request.path.description
        let query = request.query?.description
        let authority = request.authority.description
        let isEmpty = parser.framing == .none || parser.framing == .length(0)
        let upgrades = parser.upgrade && isEmpty && policy.allowsUpgrade(request)
        if parser.upgrade && !upgrades {
            notes.append("the wish for another protocol is not passed on: see `upgrades`")
        }
        HopByHop.strip(&request.headers, keepingUpgrade: upgrades)
        let chain = position.map { served.chain(forRouteAt: $0) } ?? served.chain
        // Before the route rewrites what filters see.
        let filters = ExplainedFilter.all(
            served, route: position.map { routes[$0] }, chain: chain, for: stream)
        let action: Explanation.Action
        if let limit = compiled.bodyLimit, case .length(let length) = parser.framing,
            length > limit
        {
            action = .answer(
                kind: "body-too-large", LocalResponse(status: 413, cause: "body_too_large"))
        } else {
            action = self.action(
                of: position.map { routes[$0] }, compiled, stream, policy,
                framing: isEmpty ? .none : parser.framing, upgrade: upgrades)
        }
        return Explanation.Routed(
            path: path, query: query, authority: authority, client: stream.clientAddress,
            route: position.map { routes[$0] }, captures: captures,
            candidates: candidates.map { (routes[$0.route], $0.outcome) },
            filters: filters, bodyLimit: compiled.bodyLimit, timeout: compiled.timeout,
            action: action)
    }

    /// Follows `Exchange.dispatch`.
    private func action(
        of route: RouteConfiguration?, _ compiled: Route, _ stream: FilterStream,
        _ policy: ListenerPolicy, framing: BodyFraming, upgrade: Bool
    ) -> Explanation.Action {
        switch compiled.action {
        case .respond(let response):
            return .answer(kind: route == nil ? "no-route" : "respond", response)
        case .redirect(let redirect):
            return .answer(kind: "redirect", redirect.response(for: stream))
        case .cluster, .weighted: break
        }
        compiled.prepare(stream, forwarding: policy.forwarding)
        let request = stream.request
        let wire = ByteBuffer(capacity: 4096)
        HeadWriter.request(request, framing: framing, upgrade: upgrade, to: wire)
        return .forward(
            Explanation.Forwarding(
                clusters: clusters(of: route), method: sketch.method,
                path: request.path.description, query: request.query?.description,
                authority: request.authority.description, head: wire.bytes.string))
    }

    private func clusters(
        of route: RouteConfiguration?
    ) -> [(cluster: ClusterConfiguration, share: Double)] {
        guard case .forward(let shares) = route?.action else { return [] }
        let whole = Double(max(1, shares.reduce(0) { $0 + $1.weight }))
        return shares.compactMap { share in
            configuration.cluster(named: share.cluster).map {
                ($0, shares.count == 1 ? 100 : 100 * Double(share.weight) / whole)
            }
        }
    }
}
