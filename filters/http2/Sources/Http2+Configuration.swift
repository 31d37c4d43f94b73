internal import WeirBase
public import WeirFilter

extension Http2 {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The most streams at once.
        public var maxConcurrentStreams: Int?
        /// How much a peer may send on one stream before it is read.
        public var initialWindow: ConfigSize?
        /// How much a peer may send on all streams together before it is read.
        public var connectionWindow: ConfigSize?
        /// The largest frame that is taken.
        public var maxFrameSize: ConfigSize?
        /// How much a peer's compressor may remember.
        public var headerTableSize: ConfigSize?
        /// The most bytes of names and values in a head.
        public var maxHeaderList: ConfigSize?
        /// How much of a message waits for the peer's window.
        public var streamBuffer: ConfigSize?
        /// Pings on silent connections.
        public var keepAlive: KeepAlive?
        /// How old a connection may become.
        public var maxAge: DurationOrOff?
        /// Whether clients may use extended CONNECT.
        public var extendedConnect: Bool?
        /// What a peer may do before the connection ends.
        public var flood: Flood?

        /// All defaults.
        public init() {}
    }

    /// Pings on silent connections.
    public struct KeepAlive: Decodable, Sendable {
        /// How long a connection is silent before a ping is sent.
        public var interval: DurationOrOff?
        /// How long its answer may take.
        public var timeout: ConfigDuration?

        /// All defaults.
        public init() {}
    }

    /// What a peer may do within a window of time.
    public struct Flood: Decodable, Sendable {
        /// The window.
        public var window: ConfigDuration?
        /// Streams given up before they were answered.
        public var resets: Int?
        /// Streams that had to be ended because of what the peer sent.
        public var badFrames: Int?
        /// PING frames.
        public var pings: Int?
        /// SETTINGS frames.
        public var settings: Int?
        /// PRIORITY and PRIORITY_UPDATE frames.
        public var priority: Int?
        /// WINDOW_UPDATE frames.
        public var windowUpdates: Int?
        /// Frames without content.
        public var emptyFrames: Int?
        /// CONTINUATION frames of one head.
        public var continuations: Int?
        /// Heads over the limits.
        public var largeHeads: Int?
        /// Streams refused because there were too many.
        public var refusals: Int?

        /// All defaults.
        public init() {}
    }

    /// A length of time, or `off`.
    public enum DurationOrOff: Decodable, Sendable {
        /// Never.
        case off
        /// After that long.
        case after(ConfigDuration)

        /// Reads `off`, or a duration.
        public init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            if text == "off" {
                self = .off
                return
            }
            guard let value = ConfigDuration(text) else {
                throw ConfigurationError(
                    "expected `off` or a duration such as 30s, found `\(text)`")
            }
            self = .after(value)
        }
    }
}

extension Http2.DurationOrOff: SchemaDescribing {
    /// `off`, or a duration.
    public static var schema: ConfigurationSchema {
        .anyOf([.choice(["off"]), .duration(.seconds(1) ... .unbounded)])
    }
}
