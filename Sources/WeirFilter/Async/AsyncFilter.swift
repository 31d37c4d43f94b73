/// An HTTP filter that is one function: it gets the request, calls `next` and returns the response.
///
///     public func handle(_ request: Request, next: Next) async throws -> Response {
///         request.headers.set("x-tenant", try await tenant(of: request))
///         return try await next(request)
///     }
///
/// The factory is the filter: what it stores all streams share, what `handle` declares belongs to
/// one. `handle` runs on the stream's event loop, without hops to other threads; it may wait but
/// not block. When the stream ends early its task is cancelled.
public protocol AsyncFilter: FilterFactory {
    /// Handles one exchange.
    ///
    /// Return the response that `next` gave, changed or not, or a `Response` of your own. An error
    /// ends the stream with a 500, cause `filter_failed`; a `LocalResponse` that is thrown answers
    /// the client.
    func handle(_ request: Request, next: Next) async throws -> Response
}

extension AsyncFilter {
    /// The heads, which it always sees, and whatever else the documentation names.
    public var phases: Phases {
        Self.documentation.phases.union([.requestHeaders, .responseHeaders, .streamComplete])
    }

    /// The run of `handle` for one stream.
    public func makeFilter() -> any HTTPFilter { AsyncRun(self) }
}

/// Sends the request on to the filters behind this one and to the upstream.
public struct Next {
    private let run: AsyncRun

    init(_ run: AsyncRun) { self.run = run }

    /// Sends the request on and waits for the head of the response, from the upstream or from a
    /// filter behind this one.
    ///
    /// Once per exchange: another call throws `AsyncFilterError.calledNextTwice`. Throws
    /// `CancellationError` when the stream ends before there is a response.
    public func callAsFunction(_ request: Request) async throws -> Response {
        try await run.next(request)
    }
}

/// What an asynchronous filter has done wrong.
public enum AsyncFilterError: Error, Sendable, CustomStringConvertible {
    /// `next` was called a second time.
    case calledNextTwice
    /// Another stream's request was given to `next`.
    case foreignRequest
    /// A response that `next` gave on another stream, or one replaced since, was returned.
    case foreignResponse
    /// A body was touched in a way that needs a phase which the filter does not declare.
    case undeclared(Phases)
    /// A body was touched after it had been sent on.
    case bodyIsGone

    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .calledNextTwice: "`next` may be called once"
        case .foreignRequest: "`next` wants the request that `handle` was given"
        case .foreignResponse: "`handle` may return what `next` gave it, or a response of its own"
        case .undeclared(let phases):
            "the filter does not declare the phase `\(phases.names.joined(separator: "`, `"))`; "
                + "add it to the `phases` of its documentation"
        case .bodyIsGone:
            "the body has been sent on: say what becomes of it before `next` is called, or before "
                + "the response is returned"
        }
    }
}
