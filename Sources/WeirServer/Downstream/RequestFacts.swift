/// What a codec knows about a request besides its head.
struct RequestFacts {
    /// The body's length; nil when it is not known in advance, 0 when there is none.
    var length: Int64? = 0
    /// Whether the client waits for an interim response before it sends the body.
    var expectsContinue = false
    /// Whether the client asks to switch to another protocol.
    var wantsUpgrade = false
}
