public import WeirBase

/// The exchange behind a downstream codec: takes the request, gives the response to its sink.
///
/// A codec fills in the head with `setTarget` and `addField`, begins with `start` (or `refuse`),
/// delivers the body, and ends with exactly one of `finish` and `abort`; then the exchange belongs
/// to another stream and must not be touched.
public protocol RequestReceiver: AnyObject {
    /// The request's head.
    var request: RequestHead { get }

    /// Takes what HTTP/2 and its successors send as pseudo-header fields, and checks it as strictly
    /// as a request line: nil when it is in order.
    ///
    /// `authority` and `path` are nil when they are absent. A request with an extended CONNECT
    /// (RFC 8441) is given as the GET with `Upgrade` that it stands for.
    func setTarget(
        method: Span<UInt8>, authority: Span<UInt8>?, path: Span<UInt8>?
    ) -> ProtocolProblem?

    /// Adds a field, and checks it as strictly as one of HTTP/1: nil when it is in order.
    func addField(_ name: Span<UInt8>, _ value: Span<UInt8>) -> ProtocolProblem?

    /// The head is complete: checks what needs all of it; then nil, and the request has set out.
    ///
    /// `isLast` says that there is no body, `upgrade` to which protocol the client wants to switch.
    /// The receiver may call its sink before this returns.
    func start(isLast: Bool, upgrade: ByteString?) -> ProtocolProblem?

    /// Answers a request whose head is not in order. Body bytes that still come are dropped.
    func refuse(_ problem: ProtocolProblem)

    /// A piece of the request's body has arrived; returns how much of it was taken. The rest is
    /// offered again after `ResponseSink.resumeRequest`.
    func requestBody(_ bytes: Span<UInt8>) -> Int

    /// The response that was given with `upgraded` lets the tunnel begin: what the client sends
    /// from here on is the tunnel's.
    func requestBecomesTunnel()

    /// The request is complete.
    func requestEnded(_ trailers: borrowing HeaderMap)

    /// The client takes bytes again.
    func downstreamWritable()

    /// Both messages are over as far as they ever will be.
    func finish()

    /// The client's side is gone, with the reason in a word that machines can read.
    func abort(cause: StaticString)
}
