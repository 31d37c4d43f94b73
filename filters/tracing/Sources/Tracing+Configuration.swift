public import WeirFilter

extension Tracing {
    /// What the operator can set. Without an exporter, traces are passed on and nothing is
    /// recorded.
    public struct Configuration: Decodable, Sendable {
        /// Where finished spans go; nowhere when nil.
        public var exporter: ExporterChoice?
        /// The share of new traces that is recorded; all when nil.
        public var sample: Percentage?
        /// Whether a caller's trace goes on here; true when nil.
        public var trustParent: Bool?
        /// The formats in which a trace is read, in order, and written; `[w3c]` when nil.
        public var propagation: [Format]?
        /// Who may have any request recorded; nobody when nil.
        public var force: Force?
        /// What happens to baggage.
        public var baggage: BaggageChoice?
        /// How much of a query spans show; `names` when nil.
        public var query: Query?
        /// The service that spans are of; `weir` when nil.
        public var serviceName: String?
        /// What else is said of the service.
        public var resource: [String: String]?
        /// How spans are gathered before they are sent.
        public var batch: BatchChoice?
    }

    /// A format in which a trace is passed on.
    public enum Format: String, Decodable, Sendable, CaseIterable {
        /// `traceparent` and `tracestate` (W3C Trace Context).
        case w3c
        /// `b3` (Zipkin).
        case b3
        /// `x-b3-traceid` and so on (Zipkin).
        case b3Multi = "b3-multi"
    }

    /// How much of a query spans show.
    public enum Query: String, Decodable, Sendable, CaseIterable {
        /// The names, with every value hidden.
        case names
        /// All of it.
        case full
        /// Nothing.
        case none
    }

    /// Who may have any request recorded.
    public struct Force: Decodable, Sendable {
        /// The field by which a request asks for it; `x-weir-trace` when nil.
        public var header: String?
        /// The clients that may.
        public var clientAddresses: [String]
    }

    /// What happens to baggage.
    public struct BaggageChoice: Decodable, Sendable {
        /// Whether it is passed on; when nil, if the caller's trace is trusted.
        public var forward: Bool?
        /// The names of members that become attributes of the request's span; none when nil.
        public var attributes: [String]?
    }

    /// Where finished spans go.
    public enum ExporterChoice: Decodable, Sendable {
        /// To the process's standard output.
        case stdout
        /// To a receiver of OpenTelemetry's protocol.
        case otlp(OTLP)

        private enum CodingKeys: String, CodingKey { case otlp }

        /// Reads `stdout`, or a mapping with `otlp`.
        public init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                guard text == "stdout" else {
                    throw ConfigurationError(
                        "expected stdout, or a mapping with `otlp`, found `\(text)`")
                }
                self = .stdout
            } else {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                self = .otlp(try container.decode(OTLP.self, forKey: .otlp))
            }
        }
    }

    /// A receiver of OpenTelemetry's protocol.
    public struct OTLP: Decodable, Sendable {
        /// The cluster whose endpoints receive spans.
        public var cluster: String
        /// How they are spoken to; `http` when nil.
        public var transport: Transport?
        /// The path for HTTP; `/v1/traces` when nil.
        public var path: String?
        /// Fields, or metadata, to send along.
        public var headers: [String: Secret]?
        /// How long one batch may take; 10 s when nil.
        public var timeout: ConfigDuration?
        /// How long a batch is sent again when that fails; 1 min when nil.
        public var retryFor: ConfigDuration?

        private enum CodingKeys: String, CodingKey {
            case cluster, path, headers, timeout, retryFor
            case transport = "protocol"
        }
    }

    /// How a receiver is spoken to.
    public enum Transport: String, Decodable, Sendable, CaseIterable {
        /// OTLP/HTTP with binary protobuf.
        case http
        /// OTLP/gRPC; the cluster has to speak HTTP/2.
        case grpc
    }

    /// How spans are gathered before they are sent.
    public struct BatchChoice: Decodable, Sendable {
        /// The most spans that are sent together; 512 when nil.
        public var size: Int?
        /// The longest time that a span waits for others; 1 s when nil.
        public var delay: ConfigDuration?
        /// The most spans that wait; 2048 when nil.
        public var queue: Int?
    }
}

extension Tracing.ExporterChoice: SchemaDescribing {
    /// `stdout`, or a receiver.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .choice(["stdout"]),
            .object([
                SchemaField(
                    "otlp", .of(Tracing.OTLP.self), isRequired: true,
                    meaning: "A receiver of OpenTelemetry's protocol.")
            ]),
        ])
    }
}
