internal import WeirBase
internal import WeirConnection
internal import WeirFilter
internal import WeirHTTP
internal import WeirRuntime
internal import WeirUpstream

/// Working on what has arrived: heads begin exchanges, bodies go to them.
extension HTTP1Server {
    /// Works on received bytes; false when it can get no further with them.
    func process(_ input: ByteBuffer) -> Bool {
        switch state {
        case .idle, .head: return processHead(input)
        case .body: return processBody(input)
        case .lingering:
            input.clear()
            return false
        case .responding, .closed: return false
        }
    }

    private func processHead(_ input: ByteBuffer) -> Bool {
        let exchange = self.exchange ?? takeExchange()
        switch parser.parse(input.bytes, into: exchange.request) {
        case .needMore:
            if state == .idle {
                state = .head
                timer.arm(on: loop, at: loop.now + policy.timeouts.header)
            }
            wire.growInput(limit: policy.limits.headBytes)
            return false
        case .failed(let problem):
            refuse(problem)
            return false
        case .complete(let count):
            input.consume(count)
            begin(exchange)
            return true
        }
    }

    func takeExchange() -> Exchange {
        policy = acceptor.policy.policy(for: client)
        let exchange = worker.takeExchange()
        exchange.prepare(sink: self, listener: policy)
        self.exchange = exchange
        return exchange
    }

    /// The head is complete.
    private func begin(_ exchange: Exchange) {
        requests += 1
        isResponseEnded = false
        let isLast = policy.requestsPerConnection > 0 && requests >= policy.requestsPerConnection
        mustClose = !parser.keepAlive || isLast || worker.isDraining
        exchange.introduce(client)
        let request = exchange.request
        decoder = BodyDecoder(parser.framing, limits: policy.limits)
        var facts = RequestFacts()
        facts.expectsContinue = parser.expectsContinue
        switch parser.framing {
        case .none, .length(0):
            state = .responding
            expectsBulk = false
        case .length(let count):
            facts.length = count
            state = .body
            expectsBulk = count > BufferPool.standardSize
        case .chunked, .untilClose:
            facts.length = nil
            state = .body
        }
        facts.wantsUpgrade =
            parser.upgrade && facts.length == 0 && policy.allowsUpgrade(request)
        if let refusal = policy.refusal(of: request) { return exchange.refuse(refusal) }
        exchange.start(facts)
    }

    private func processBody(_ input: ByteBuffer) -> Bool {
        guard let exchange else { return false }
        // A loop, not a call of itself: tiny chunks must not decide how deep the stack gets.
        while true {
            switch decoder.next(input.bytes) {
            case .data(let skip, let count):
                input.consume(skip)
                let taken = exchange.requestBody(input.bytes.extracting(0..<count))
                decoder.consume(taken)
                input.consume(taken)
                // The end may follow without another byte.
                if taken < count { return false }
            case .needMore(let skip):
                input.consume(skip)
                return false
            case .end(let skip):
                input.consume(skip)
                state = .responding
                exchange.requestEnded(decoder.trailers)
                if isResponseEnded { schedule() }
                return true
            case .failed(let problem):
                badBody(problem)
                return false
            }
        }
    }

    private func badBody(_ problem: ProtocolProblem) {
        mustClose = true
        state = .lingering
        exchange?.respond(LocalResponse(status: problem.status, cause: problem.cause))
    }
}
