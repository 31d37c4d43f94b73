public import WeirBase

/// Where the body of a message goes, on either side of the proxy.
///
/// Calls gather; bytes are handed to the system and the other side is told at the end of the loop's
/// turn, so that no call comes back to its caller while it works.
public protocol MessageSink: AnyObject {
    /// Takes as much of a piece of body as the peer takes; the rest has to be offered again once
    /// the sink says that it is writable.
    func sendBody(_ bytes: Span<UInt8>) -> Int

    /// Ends the message.
    func sendEnd(_ trailers: borrowing HeaderMap)
}

/// The downstream side of one exchange, whatever protocol carries it.
public protocol ResponseSink: MessageSink {
    /// Sends an interim response (1xx other than 101).
    func sendInformational(_ head: ResponseHead)

    /// Starts the response. A length of nil means that it is not known in advance; `upgraded` that
    /// both bodies are bytes without framing from here on, as after 101 or a successful CONNECT;
    /// `mustClose` that the rest of the request will not be read.
    func sendHead(_ head: ResponseHead, length: Int64?, upgraded: Bool, mustClose: Bool)

    /// The response cannot be completed: let the client see that it is cut off.
    func cutOff(_ manner: CutOff)

    /// The exchange can take more of the request's body.
    func resumeRequest()
}
