internal import WeirBase
internal import WeirUpstream

/// The downstream side of one exchange, whatever protocol carries it.
protocol ResponseSink: MessageSink {
    /// Sends an interim response (1xx other than 101).
    func sendInformational(_ head: ResponseHead)

    /// Starts the response. A length of nil means that it is not known in advance; `upgraded` that
    /// the connection becomes a tunnel; `mustClose` that the rest of the request will not be read.
    func sendHead(_ head: ResponseHead, length: Int64?, upgraded: Bool, mustClose: Bool)

    /// The response cannot be completed: let the client see that it is cut off.
    func reset()

    /// The exchange can take more of the request's body.
    func resumeRequest()
}

/// What a codec knows about a request besides its head.
struct RequestFacts {
    /// The body's length; nil when it is not known in advance, 0 when there is none.
    var length: Int64? = 0
    /// Whether the client waits for an interim response before it sends the body.
    var expectsContinue = false
    /// Whether the client asks to switch to another protocol.
    var wantsUpgrade = false
}
