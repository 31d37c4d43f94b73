internal import WeirBase
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime

/// The exchange as a codec of a module sees it: heads come in parts.
extension Exchange: RequestReceiver {
    func setTarget(
        method: Span<UInt8>, authority: Span<UInt8>?, path: Span<UInt8>?
    ) -> ProtocolProblem? {
        assembler.setTarget(method: method, authority: authority, path: path, in: request)
    }

    func addField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> ProtocolProblem? {
        assembler.addField(name, value, to: request)
    }

    func start(isLast: Bool, upgrade: ByteString?) -> ProtocolProblem? {
        if let problem = assembler.finish(request) { return problem }
        if let client { introduce(client) }
        var facts = RequestFacts()
        facts.length = isLast || upgrade != nil ? 0 : assembler.contentLength
        facts.expectsContinue = assembler.expectsContinue && facts.length != 0
        if let upgrade {
            request.headers.append(.upgrade, upgrade.span)
            guard listener.allowsUpgrade(request) else {
                return ProtocolProblem(status: 501, cause: "upgrade_not_allowed")
            }
            facts.wantsUpgrade = true
        }
        if let refusal = listener.refusal(of: request) {
            refuse(refusal)
        } else {
            start(facts)
        }
        return nil
    }

    func refuse(_ problem: ProtocolProblem) {
        worker.shard.add(listener.metrics + ListenerMetric.protocolErrors)
        if let client { introduce(client) }
        refuse(LocalResponse(status: problem.status, cause: problem.cause))
    }
}
