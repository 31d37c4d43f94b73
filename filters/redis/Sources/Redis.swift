internal import WeirBase
public import WeirFilter

/// Redis' protocol with endpoints, for the calls of filters.
///
/// The body of a call is one command or several, as Redis reads them (RESP); the body of its
/// response is as many replies, with status 200 also for those that say `-ERR`. All else of a call
/// means nothing here.
public struct Redis: CodecFactory {
    /// `redis`
    public static let name = "redis"

    /// Redis knows no ALPN.
    public static let applicationProtocol = ""

    /// A client could send any command.
    public static let carriesRequests = false

    /// Clients do not speak it.
    public static let preface: StaticString = ""

    private let settings: Settings

    /// Checks the numbers and names.
    public init(_ configuration: Configuration) throws {
        settings = try Settings(configuration)
    }

    /// It is spoken with endpoints only.
    public func validate(for side: ConnectionSide) throws {
        guard side == .downstream else { return }
        throw ConfigurationError("`redis` is spoken with endpoints: it stands under a cluster")
    }

    /// Never called: `validate` lets no listener speak it.
    public func makeServer(_ host: any ServerHost) -> any ServerCodec {
        preconditionFailure("a listener that speaks redis was refused")
    }

    /// The codec of a connection to an endpoint.
    public func makeClient(_ host: any ClientHost) -> any ClientCodec {
        RedisConnection(host, settings)
    }
}
