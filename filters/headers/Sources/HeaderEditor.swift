internal import WeirBase
internal import WeirFilter

/// Makes the changes to the heads of a stream. Shared by all streams.
final class HeaderEditor: HTTPFilter, Sendable {
    let request: HeaderEdits
    let response: HeaderEdits

    init(request: HeaderEdits, response: HeaderEdits) {
        self.request = request
        self.response = response
    }

    func requestHeaders(_ head: RequestHead, _ stream: FilterStream) -> Verdict {
        request.apply(to: head, stream)
        return .continue
    }

    func responseHeaders(_ head: ResponseHead, _ stream: FilterStream) -> Verdict {
        response.apply(to: head, stream)
        return .continue
    }
}

/// A head of either kind, as far as its fields go.
protocol FieldOwner: AnyObject {
    var headers: HeaderMap { get set }
}

extension RequestHead: FieldOwner {}
extension ResponseHead: FieldOwner {}
