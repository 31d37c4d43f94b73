public import WeirBase

/// What a filter does to one stream: a request, its response, and the moment both are done.
///
/// Every phase has a default that does nothing. A filter takes part only in the phases that its
/// factory declares; a phase that nobody declared costs nothing. All calls for one stream happen on
/// its event loop, one after the other, so a filter needs no locks and must not block.
///
/// Request phases visit filters in chain order, response phases in reverse. A filter whose request
/// phase was never reached, because an earlier one responded, sees nothing of the response.
public protocol HTTPFilter: AnyObject {
    /// The request's head is complete; nothing of it has been sent on.
    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict

    /// A piece of the request's body; `isLast` when no more will come. May be empty at the end.
    ///
    /// A request without a body, or whose head says that it is empty, does not come here, unless
    /// this filter buffers: then it is shown an empty body, which it may fill.
    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict

    /// The request's trailer fields, if it had any.
    func requestTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict

    /// The response's head, from the upstream or from a filter later in the chain.
    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict

    /// A piece of the response's body; `isLast` when no more will come. May be empty at the end.
    ///
    /// A response without a body, or whose head says that it is empty, does not come here, unless
    /// this filter buffers: then it is shown an empty body, which it may fill.
    func responseBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict

    /// The response's trailer fields, if it had any.
    func responseTrailers(_ trailers: inout HeaderMap, _ stream: FilterStream) -> Verdict

    /// The request is about to be sent to an endpoint, the first time or once more. What is changed
    /// in its head goes to that endpoint, and to those asked later. Only for streams that
    /// `followsAttempts`.
    func attemptStarted(
        _ attempt: UpstreamAttempt, _ request: RequestHead, _ stream: FilterStream)

    /// An attempt is over: its response is complete, it failed, or nobody wants it any more. Also
    /// called for one that found no connection and was never started.
    func attemptEnded(_ attempt: UpstreamAttempt, _ stream: FilterStream)

    /// The stream is over, for whatever reason. Called exactly once, also after resets.
    func streamComplete(_ stream: FilterStream)
}

extension HTTPFilter {
    /// Continues.
    public func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        .continue
    }

    /// Continues.
    public func requestBody(
        _ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream
    ) -> Verdict { .continue }

    /// Continues.
    public func requestTrailers(
        _ trailers: inout HeaderMap, _ stream: FilterStream
    ) -> Verdict { .continue }

    /// Continues.
    public func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        .continue
    }

    /// Continues.
    public func responseBody(
        _ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream
    ) -> Verdict { .continue }

    /// Continues.
    public func responseTrailers(
        _ trailers: inout HeaderMap, _ stream: FilterStream
    ) -> Verdict { .continue }

    /// Does nothing.
    public func attemptStarted(
        _ attempt: UpstreamAttempt, _ request: RequestHead, _ stream: FilterStream
    ) {}

    /// Does nothing.
    public func attemptEnded(_ attempt: UpstreamAttempt, _ stream: FilterStream) {}

    /// Does nothing.
    public func streamComplete(_ stream: FilterStream) {}
}

/// The phases in which a filter wants to be called.
public struct Phases: OptionSet, Sendable, Hashable {
    /// One bit per phase.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `requestHeaders(_:_:)`
    public static let requestHeaders = Phases(rawValue: 1)
    /// `requestBody(_:isLast:_:)`
    public static let requestBody = Phases(rawValue: 2)
    /// `requestTrailers(_:_:)`
    public static let requestTrailers = Phases(rawValue: 4)
    /// `responseHeaders(_:_:)`
    public static let responseHeaders = Phases(rawValue: 8)
    /// `responseBody(_:isLast:_:)`
    public static let responseBody = Phases(rawValue: 16)
    /// `responseTrailers(_:_:)`
    public static let responseTrailers = Phases(rawValue: 32)
    /// `streamComplete(_:)`
    public static let streamComplete = Phases(rawValue: 64)
    /// `attemptStarted(_:_:_:)` and `attemptEnded(_:_:)`
    public static let attempts = Phases(rawValue: 128)

    /// The names of the phases in the set, in the order in which they happen.
    public var names: [String] {
        let all: [(Phases, String)] = [
            (.requestHeaders, "request headers"), (.requestBody, "request body"),
            (.requestTrailers, "request trailers"), (.responseHeaders, "response headers"),
            (.responseBody, "response body"), (.responseTrailers, "response trailers"),
            (.attempts, "attempts"), (.streamComplete, "stream complete"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
