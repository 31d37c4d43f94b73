import Testing
import WeirFilter
import WeirTesting

/// The rules are checked on records that an engine with faults would leave behind.
@Suite struct FilterInvariantsTests {
    private func call(
        _ link: Int, _ phase: Phases, isLast: Bool = false, _ verdict: TestVerdict? = .continue
    ) -> FilterEvent {
        .call(
            FilterEvent.Call(
                link: link, filter: "f\(link)", phase: phase, byteCount: 0, isLast: isLast,
                verdict: phase == .streamComplete ? nil : verdict))
    }

    private func broken(
        _ events: [FilterEvent], phases: [Phases] = [.all, .all]
    ) -> [String] {
        FilterInvariants.violations(in: events, phases: phases)
    }

    private var ends: [FilterEvent] {
        [call(0, .streamComplete), call(1, .streamComplete), .finished]
    }

    @Test func aGoodStreamBreaksNoRule() {
        let events = [
            call(0, .requestHeaders), call(1, .requestHeaders, .pause),
            .pauseEnded(isRequest: true), call(0, .requestBody, isLast: true),
            call(1, .requestBody, isLast: true), call(1, .responseHeaders),
            call(0, .responseHeaders, .buffer), call(1, .responseBody, isLast: true),
            call(0, .responseBody, isLast: true),
        ]
        #expect(broken(events + ends).isEmpty)
    }

    @Test func aHeadComesTwiceOnlyWhenAskedFor() {
        let paused = [call(0, .requestHeaders, .pause), .pauseEnded(isRequest: true)]
        let again = [FilterEvent.askedAgain(isRequest: true), call(0, .requestHeaders)]
        #expect(broken(paused + again + [call(1, .requestHeaders)] + ends).isEmpty)
        #expect(broken(paused + [call(0, .requestHeaders)] + ends).count == 1)
        #expect(broken(paused + again + [call(0, .requestHeaders)] + ends).count == 1)
    }

    @Test func endsAreCounted() {
        #expect(broken([call(0, .streamComplete), .finished]).count == 1)
        #expect(broken([call(1, .streamComplete)] + ends).count == 1)
        #expect(broken(ends, phases: [.all, .requestHeaders]).count == 2)
    }

    @Test func eachRuleIsNoticed() {
        let cases: [(String, [FilterEvent])] = [
            ("after the stream", [call(0, .streamComplete), call(0, .requestHeaders)]),
            ("order", [call(1, .requestHeaders), call(0, .requestHeaders)]),
            ("twice", [call(0, .requestHeaders), call(0, .requestHeaders)]),
            ("order", [call(0, .responseHeaders), call(1, .responseHeaders)]),
            ("twice", [call(1, .responseHeaders), call(1, .responseHeaders)]),
            ("before its head", [call(0, .requestBody)]),
            ("before its head", [call(0, .responseBody)]),
            ("before the end of the body", [call(0, .requestHeaders), call(0, .requestTrailers)]),
            ("during a pause", [call(0, .requestHeaders, .pause), call(1, .requestHeaders)]),
            ("during a pause", [call(1, .responseHeaders, .pause), call(0, .responseHeaders)]),
            (
                "after its end",
                [
                    call(0, .requestHeaders), call(0, .requestBody, isLast: true),
                    call(0, .requestBody),
                ]
            ),
            ("part of a body", [call(0, .requestHeaders, .buffer), call(0, .requestBody)]),
            (
                "after it had answered",
                [
                    call(0, .requestHeaders, .respond), .answered(link: 0, isRequest: true),
                    call(0, .responseHeaders),
                ]
            ),
            (
                "never saw the request",
                [
                    call(0, .requestHeaders, .respond), .answered(link: 0, isRequest: true),
                    call(1, .responseHeaders),
                ]
            ),
            (
                "goes on after an answer",
                [
                    call(0, .requestHeaders, .respond), .answered(link: 0, isRequest: true),
                    call(1, .requestHeaders),
                ]
            ),
        ]
        for (rule, events) in cases {
            #expect(broken(events).contains { $0.contains(rule) }, "\(rule)")
        }
        #expect(broken([call(0, .requestBody)], phases: [.requestHeaders, .all]).count >= 1)
    }
}
