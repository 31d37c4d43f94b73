import WeirBase
import WeirFilter
import WeirTesting

/// A filter that asks one closure in every phase; the chunk is nil but in body phases.
final class ClosureFilter: HTTPFilter {
    typealias Decide = (Phases, BodyChunk?, Bool, FilterStream) -> Verdict
    private let decide: Decide

    init(_ decide: @escaping Decide) { self.decide = decide }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        decide(.requestHeaders, nil, false, stream)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        decide(.requestBody, chunk, isLast, stream)
    }

    func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        decide(.requestTrailers, nil, false, stream)
    }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        decide(.responseHeaders, nil, false, stream)
    }

    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        decide(.responseBody, chunk, isLast, stream)
    }

    func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict {
        decide(.responseTrailers, nil, false, stream)
    }

    func streamComplete(_ stream: FilterStream) {
        _ = decide(.streamComplete, nil, false, stream)
    }
}

extension Phases {
    static let all: Phases = [
        .requestHeaders, .requestBody, .requestTrailers, .responseHeaders, .responseBody,
        .responseTrailers, .streamComplete,
    ]

    /// A short name for a single phase: `Q` and `R` for request and response, `h`, `b`, `t`.
    var short: String {
        switch self {
        case .requestHeaders: "Qh"
        case .requestBody: "Qb"
        case .requestTrailers: "Qt"
        case .responseHeaders: "Rh"
        case .responseBody: "Rb"
        case .responseTrailers: "Rt"
        case .streamComplete: "end"
        default: "?"
        }
    }
}

extension TestFilter {
    /// A filter that says in one phase what `verdict` says, and goes on in all others.
    static func saying(
        _ name: String, in phase: Phases? = nil, phases: Phases = .all,
        _ verdict: @escaping @Sendable (FilterStream) -> Verdict = { _ in .continue }
    ) -> TestFilter {
        TestFilter(name, phases) {
            ClosureFilter { current, _, _, stream in
                current == phase ? verdict(stream) : .continue
            }
        }
    }

    /// A filter that goes on in all phases.
    static func passing(_ name: String, phases: Phases = .all) -> TestFilter {
        saying(name, phases: phases)
    }

    /// A filter that answers in one phase.
    static func answering(
        _ name: String, in phase: Phases, phases: Phases = .all, status: Int = 418
    ) -> TestFilter {
        saying(name, in: phase, phases: phases) { _ in
            .respond(LocalResponse(status: status, cause: "test_answer", body: "local"))
        }
    }

    /// A filter that buffers in one phase.
    static func buffering(
        _ name: String, in phase: Phases, upTo limit: Int, phases: Phases = .all
    ) -> TestFilter {
        saying(name, in: phase, phases: phases) { _ in .buffer(upTo: limit) }
    }
}

extension TestResult {
    /// The calls as short text: `a.Qh b.Qh b.Rh a.Rh a.end b.end`.
    var trace: String {
        calls.map { "\($0.filter).\($0.phase.short)" }.joined(separator: " ")
    }

    /// The calls with the number of bytes in body phases, and `!` for the last piece.
    var bodyTrace: String {
        calls.filter { $0.phase == .requestBody || $0.phase == .responseBody }
            .map { "\($0.filter).\($0.phase.short)\($0.byteCount)\($0.isLast ? "!" : "")" }
            .joined(separator: " ")
    }
}
