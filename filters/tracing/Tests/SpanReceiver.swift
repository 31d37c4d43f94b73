import SwiftProtobuf
import Synchronization
import WeirBase
import WeirFilter

@testable import TracingFilter

/// A receiver of spans made of values: what it got, and what it answers.
final class SpanReceiver: Sendable {
    private struct State {
        var requests: [CallRequest] = []
        var messages: [OTLPExportRequest] = []
        var answers: [CallResult] = []
    }

    private let state = Mutex(State())
    /// How many bytes stand before a message in a request's body.
    private let prefix: Int

    init(prefix: Int = 0) { self.prefix = prefix }

    /// Answers the next requests so; all others have nothing but a status of 200.
    func answer(_ results: CallResult...) { state.withLock { $0.answers += results } }

    func take(_ request: CallRequest) -> CallResult {
        state.withLock { state in
            state.requests.append(request)
            let bytes = Array(request.body.storage.dropFirst(prefix))
            if let message = try? OTLPExportRequest(serializedBytes: bytes) {
                state.messages.append(message)
            }
            return state.answers.isEmpty
                ? .success(CallResponse(status: 200)) : state.answers.removeFirst()
        }
    }

    /// What was sent.
    var requests: [CallRequest] { state.withLock { $0.requests } }

    /// How many spans each request had.
    var sizes: [Int] {
        state.withLock { $0.messages.map { $0.resourceSpans[0].scopeSpans[0].spans.count } }
    }

    /// The spans of the last request, with their resource.
    var last: OTLPResourceSpans? { state.withLock { $0.messages.last?.resourceSpans.first } }
}
