/// A codec of one connection: bytes to HTTP messages and back. HTTP/1 is built in.
///
/// All calls come from the connection, on its loop, and never from inside a call that the codec
/// makes to a message's receiver. What a receiver calls on its stream in turn (`sendBody` and the
/// like) only notes what is to be sent: bytes are made in `produce`.
public protocol Codec: AnyObject {
    /// The transport carries bytes; called once, before everything else.
    func start()

    /// Works on received bytes and returns how many were used up.
    ///
    /// The rest is offered again, with what follows it, after `ConnectionHost.resumeReceiving`;
    /// until then nothing more is read.
    func receive(_ bytes: Span<UInt8>) -> Int

    /// The peer has ended its sending side.
    func inputEnded()

    /// Writes what is due to the connection's `output`: at the end of every turn in which
    /// `schedule` was called, and when an output that was full has been sent.
    ///
    /// Stop when `output` holds about `ConnectionHost.outputBound` bytes and return true when there
    /// is more. Streams whose buffers have room again tell their receivers here.
    func produce() -> Bool

    /// The time that was given to `ConnectionHost.wake` has come.
    func wakeUp()

    /// The connection is gone: tell every stream's receiver. Nothing is called after it, and the
    /// host lets the codec go.
    ///
    /// `cause` is why, in a word that machines can read; nil when the connection ended in order.
    func closed(_ cause: StaticString?)

    /// How many streams are open.
    var streamCount: Int { get }
}

/// A codec of a client's connection.
public protocol ServerCodec: Codec {
    /// Takes no new streams, tells the client so, and ends the connection once all are complete.
    func drain()
}

/// A codec of a connection to an endpoint.
public protocol ClientCodec: Codec {
    /// How many more streams may be opened now; 0 for a connection that is about to end. Call
    /// `ClientHost.capacityChanged` when it changes other than by `open` or the end of a stream.
    var capacity: Int { get }

    /// Whether it opens no more streams, ever: after `drain`, when the peer has said so, or when
    /// the connection has carried as many as it may. `capacity` is 0 then, while a connection whose
    /// capacity is 0 for the moment only is still worth waiting for.
    var isDraining: Bool { get }

    /// Begins a stream. The receiver is told of everything later, never from inside this call.
    func open(_ receiver: any UpstreamReceiver) -> any UpstreamStream

    /// Opens no more streams, and ends the connection once all are complete.
    func drain()
}

/// A kind of codec.
public protocol CodecFactory: Factory {
    /// The name by which TLS peers agree on it (ALPN, RFC 7301): `h2`. Empty for a codec that is
    /// spoken without an agreement, because the configuration says so.
    static var applicationProtocol: String { get }

    /// Whether it carries whatever HTTP message it is given. One that does not serves the calls of
    /// filters alone: no route leads to its clusters. True unless declared.
    static var carriesRequests: Bool { get }

    /// What a client that speaks it without having agreed on it sends first; empty for a codec
    /// that needs an agreement.
    static var preface: StaticString { get }

    /// Checks that the configuration makes sense on the side where it stands; called when a
    /// configuration is loaded, before `provision`. Throw `ConfigurationError` to name the field at
    /// fault. Nothing to object to unless declared.
    func validate(for side: ConnectionSide) throws

    /// The codec of a client's connection.
    func makeServer(_ host: any ServerHost) -> any ServerCodec

    /// The codec of a connection to an endpoint.
    func makeClient(_ host: any ClientHost) -> any ClientCodec
}

extension CodecFactory {
    /// It does.
    public static var carriesRequests: Bool { true }

    /// Makes sense on both.
    public func validate(for side: ConnectionSide) throws {}
}
