public import WeirFilter

/// The rules that every stream keeps, whatever its filters do; checked on a record of the calls.
public struct FilterInvariants {
    private var links: [Link]
    private var lowestResponseLink = Int.max
    private var highestRequestLink = -1
    private var pausedRequest = false
    private var pausedResponse = false
    private var pausedRequestCall: FilterEvent.Call?
    private var pausedResponseCall: FilterEvent.Call?
    /// The filter that asked to be called again for the head at which it had paused.
    private var repeatedRequestLink: Int?
    private var repeatedResponseLink: Int?
    /// Whether somebody answered, so that the request must not go on.
    private var requestIsOver = false
    /// The last filter that the request's head had reached when a filter answered it.
    private var reach = Int.max
    private var violations: [String] = []

    /// What is known about one filter.
    private struct Link {
        let phases: Phases
        var hasSeen: Phases = []
        var bodiesEnded: Phases = []
        var isBuffering: Phases = []
        var hasAnswered = false
        var completions = 0
    }

    private init(_ phases: [Phases]) { links = phases.map { Link(phases: $0) } }

    /// The rules that a stream broke, in words. `phases` are those that each filter declares.
    public static func violations(in events: [FilterEvent], phases: [Phases]) -> [String] {
        var rules = FilterInvariants(phases)
        for event in events { rules.check(event) }
        return rules.violations
    }

    private mutating func fail(_ call: FilterEvent.Call, _ rule: String) {
        let phase = call.phase.names.joined(separator: " and ")
        violations.append("`\(call.filter)` (link \(call.link)) in \(phase): \(rule)")
    }

    private mutating func check(_ event: FilterEvent) {
        switch event {
        case .call(let call): check(call)
        case .pauseEnded(isRequest: true): pausedRequest = false
        case .pauseEnded(isRequest: false): pausedResponse = false
        case .askedAgain(isRequest: true):
            repeatedRequestLink = highestRequestLink
            reopen(pausedRequestCall)
        case .askedAgain(isRequest: false):
            repeatedResponseLink = lowestResponseLink
            reopen(pausedResponseCall)
        case .answered(let link, let isRequest):
            links[link].hasAnswered = true
            // A request that is answered goes no further, so its pauses matter no more.
            pausedRequest = false
            pausedResponse = false
            requestIsOver = true
            if isRequest { reach = reachOfRequest(answeredBy: link) }
        case .finished:
            for (index, link) in links.enumerated() {
                let wanted = link.phases.contains(.streamComplete) ? 1 : 0
                if link.completions != wanted {
                    violations.append(
                        "link \(index) heard of the end \(link.completions) times, not \(wanted)")
                }
            }
        }
    }

    /// A filter that is asked again about a piece may see the last one twice.
    private mutating func reopen(_ call: FilterEvent.Call?) {
        guard let call else { return }
        links[call.link].bodiesEnded.subtract(call.phase)
    }

    private mutating func check(_ call: FilterEvent.Call) {
        let link = links[call.link]
        if !link.phases.contains(call.phase) { fail(call, "the phase is not declared") }
        if call.phase == .streamComplete {
            links[call.link].completions += 1
            return
        }
        if link.completions > 0 { fail(call, "called after the stream was complete") }
        if link.hasAnswered { fail(call, "called after it had answered") }
        let isRequest = call.phase.isSubset(of: [.requestHeaders, .requestBody, .requestTrailers])
        if isRequest ? pausedRequest : pausedResponse { fail(call, "called during a pause") }
        if isRequest { checkRequest(call) } else { checkResponse(call) }
        checkBody(call)
        links[call.link].hasSeen.formUnion(call.phase)
        switch call.verdict {
        case .pause where isRequest:
            pausedRequest = true
            pausedRequestCall = call
        case .pause:
            pausedResponse = true
            pausedResponseCall = call
        case .buffer: links[call.link].isBuffering.formUnion(call.phase)
        default: break
        }
    }

    /// How far the request's head had come when a filter answered.
    private func reachOfRequest(answeredBy link: Int) -> Int {
        if links[link].hasSeen.isDisjoint(with: [.requestBody, .requestTrailers]) { return link }
        let holder = links.firstIndex {
            $0.isBuffering.contains(.requestHeaders) && !$0.bodiesEnded.contains(.requestBody)
                && $0.phases.contains(.requestBody)
        }
        return holder ?? Int.max
    }

    private mutating func checkRequest(_ call: FilterEvent.Call) {
        if requestIsOver { fail(call, "the request goes on after an answer") }
        guard call.phase == .requestHeaders else { return }
        if call.link <= highestRequestLink && call.link != repeatedRequestLink {
            fail(call, "the head came out of order or twice")
        }
        repeatedRequestLink = nil
        highestRequestLink = max(highestRequestLink, call.link)
    }

    private mutating func checkResponse(_ call: FilterEvent.Call) {
        if call.link > reach { fail(call, "it sees the response but never saw the request") }
        guard call.phase == .responseHeaders else { return }
        if call.link >= lowestResponseLink && call.link != repeatedResponseLink {
            fail(call, "the head came out of order or twice")
        }
        repeatedResponseLink = nil
        lowestResponseLink = min(lowestResponseLink, call.link)
    }

    private mutating func checkBody(_ call: FilterEvent.Call) {
        let sides: [(head: Phases, body: Phases, trailers: Phases)] = [
            (.requestHeaders, .requestBody, .requestTrailers),
            (.responseHeaders, .responseBody, .responseTrailers),
        ]
        let link = links[call.link]
        for side in sides {
            if call.phase == side.body {
                if link.phases.contains(side.head) && !link.hasSeen.contains(side.head) {
                    fail(call, "a body before its head")
                }
                if link.bodiesEnded.contains(side.body) { fail(call, "a body after its end") }
                if link.isBuffering.contains(side.head) && !call.isLast {
                    fail(call, "part of a body that was to be buffered")
                }
                if call.isLast && !call.keeps { links[call.link].bodiesEnded.formUnion(side.body) }
            }
            if call.phase == side.trailers, link.phases.contains(side.body),
                !link.bodiesEnded.contains(side.body)
            {
                fail(call, "trailers before the end of the body")
            }
        }
    }
}

extension TestExchange {
    /// Fails when a rule of the contract was broken in the stream so far.
    public func checkRules() throws(TestFailure) {
        let phases = test.chain.links.map(\.phases)
        let broken = violations + FilterInvariants.violations(in: result.events, phases: phases)
        guard broken.isEmpty else {
            throw TestFailure("rules broken:\n  " + broken.joined(separator: "\n  "))
        }
    }
}
