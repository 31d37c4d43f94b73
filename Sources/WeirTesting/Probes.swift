internal import WeirBase
internal import WeirFilter

/// Neighbours of the filters under test: they answer, wait or buffer at a chosen moment.
enum Probe {
    /// Answers in one phase, at the end of a body.
    static func answering(in phase: Phases, buffering head: Phases = []) -> TestFilter {
        TestFilter("answer-probe", phase.union(head)) {
            ProbeFilter { event, stream in
                if event.phase == head { return .buffer(upTo: 1 << 24) }
                guard event.phase == phase, event.isLast else { return .continue }
                return .respond(LocalResponse(status: 418, cause: "probe", body: "probe"))
            }
        }
    }

    /// Waits in every phase.
    static var pausing: TestFilter {
        let all: Phases = [
            .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
            .responseTrailers,
        ]
        return TestFilter("pause-probe", all) {
            ProbeFilter { _, stream in stream.pause(for: .milliseconds(1)) }
        }
    }

    /// Buffers both bodies.
    static var buffering: TestFilter {
        TestFilter("buffer-probe", [.requestHeaders, .responseHeaders]) {
            ProbeFilter { _, _ in .buffer(upTo: 1 << 24) }
        }
    }
}

/// Asks one closure in every phase.
private final class ProbeFilter: HTTPFilter {
    typealias Decide = (_ event: (phase: Phases, isLast: Bool), FilterStream) -> Verdict
    private let decide: Decide

    init(_ decide: @escaping Decide) { self.decide = decide }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        decide((.requestHeaders, true), stream)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        decide((.requestBody, isLast), stream)
    }

    func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        decide((.requestTrailers, true), stream)
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        decide((.responseHeaders, true), stream)
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        decide((.responseBody, isLast), stream)
    }

    func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        decide((.responseTrailers, true), stream)
    }
}
