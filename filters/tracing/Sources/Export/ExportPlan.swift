internal import WeirBase
internal import WeirFilter

/// An exporter as it was configured, checked and not yet begun.
struct ExportPlan: Sendable {
    private let choice: Tracing.ExporterChoice
    private let limits: Exporter.Limits
    private let resource: [SpanAttribute]
    private let service: String
    private let headers: [(HeaderName, ByteString)]
    private let timeout: Interval

    /// Nil when nothing is to be exported.
    init?(_ configuration: Tracing.Configuration) throws {
        guard let choice = configuration.exporter else {
            guard configuration.batch == nil else {
                throw ConfigurationError(at: ["batch"], "there is no `exporter` to send batches")
            }
            return nil
        }
        self.choice = choice
        service = configuration.serviceName ?? "weir"
        guard !service.isEmpty else {
            throw ConfigurationError(at: ["service-name"], "the name is empty")
        }
        resource = try Self.resource(service, configuration.resource ?? [:])
        var retryFor = Interval.seconds(60)
        var timeout = Interval.seconds(10)
        var headers: [(HeaderName, ByteString)] = []
        if case .otlp(let otlp) = choice {
            timeout = try Self.time(otlp.timeout, 10, ["timeout"], most: 300)
            retryFor = try Self.time(otlp.retryFor, 60, ["retry-for"], most: 3600)
            headers = try Self.headers(otlp)
            try Self.checkPath(otlp)
        }
        self.timeout = timeout
        self.headers = headers
        limits = try Self.limits(configuration.batch, retryFor)
    }

    /// Begins to export. Exporters that are configured alike share what waits.
    func exporter(_ services: any GatewayServices) throws -> Exporter {
        let queue = services.shared(identity) {
            SpanQueue(workerCount: services.workerCount)
        }
        return Exporter(
            try sink(services), queue, limits, TraceCounters(services), services)
    }

    private func sink(_ services: any GatewayServices) throws -> any SpanSink {
        switch choice {
        case .stdout: return StandardOutput(services: services, service: service)
        case .otlp(let otlp):
            let cluster = try services.cluster(
                otlp.cluster, at: ["exporter", "otlp", "cluster"])
            switch otlp.transport ?? .http {
            case .http:
                return OTLPOverHTTP(
                    cluster: cluster, path: ByteString(otlp.path ?? "/v1/traces"),
                    headers: headers, timeout: timeout, resource: resource)
            case .grpc:
                return OTLPOverGRPC(
                    cluster: cluster, metadata: headers, timeout: timeout, resource: resource)
            }
        }
    }

    /// What two exporters have to agree in to share what waits: where it goes and as what.
    private var identity: String {
        var parts = resource.map { "\($0.name)=\($0.value)" }
        if case .otlp(let otlp) = choice {
            parts.append("\(otlp.cluster) \(otlp.transport ?? .http) \(otlp.path ?? "")")
            parts += headers.map { "\($0.0): \($0.1)" }
        }
        return parts.joined(separator: "\n")
    }

    // MARK: Checks

    private static func resource(
        _ service: String, _ others: [String: String]
    ) throws -> [SpanAttribute] {
        guard others["service.name"] == nil else {
            throw ConfigurationError(
                at: ["resource", "service.name"], "the name of the service is `service-name`")
        }
        return [SpanAttribute("service.name", service)]
            + others.sorted { $0.key < $1.key }.map { SpanAttribute($0.key, $0.value) }
    }

    private static func time(
        _ value: ConfigDuration?, _ usual: Int64, _ field: [String], most: Int64
    ) throws -> Interval {
        guard let value else { return .seconds(usual) }
        guard value.interval > .zero, value.interval <= .seconds(most) else {
            throw ConfigurationError(
                at: ["exporter", "otlp"] + field,
                "expected more than 0s and at most \(ConfigDuration(.seconds(most))), "
                    + "found `\(value)`")
        }
        return value.interval
    }

    private static func headers(_ otlp: Tracing.OTLP) throws -> [(HeaderName, ByteString)] {
        try (otlp.headers ?? [:]).sorted { $0.key < $1.key }.map { name, secret in
            let path = ["exporter", "otlp", "headers", name]
            guard let header = HeaderName(name) else {
                throw ConfigurationError(
                    at: path, "expected a field name such as authorization, found `\(name)`")
            }
            guard !header.isReserved, header.known != .contentType else {
                throw ConfigurationError(
                    at: path, "the gateway itself decides `\(header)`; choose another field")
            }
            guard secret.value.utf8.allSatisfy(\.isAllowedInValue) else {
                throw ConfigurationError(at: path, "the value has bytes that no field may hold")
            }
            return (header, ByteString(secret.value))
        }
    }

    private static func checkPath(_ otlp: Tracing.OTLP) throws {
        guard let path = otlp.path else { return }
        let field = ["exporter", "otlp", "path"]
        guard otlp.transport ?? .http == .http else {
            throw ConfigurationError(at: field, "gRPC has a path of its own")
        }
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError(
                at: field, "expected a path such as /v1/traces, found `\(path)`")
        }
    }

    private static func limits(
        _ batch: Tracing.BatchChoice?, _ retryFor: Interval
    ) throws -> Exporter.Limits {
        let size = batch?.size ?? 512
        guard (1...10_000).contains(size) else {
            throw ConfigurationError(
                at: ["batch", "size"], "expected 1 to 10000, found \(size)")
        }
        let delay = batch?.delay ?? ConfigDuration(.seconds(1))
        guard delay.interval >= .milliseconds(10), delay.interval <= .seconds(60) else {
            throw ConfigurationError(
                at: ["batch", "delay"], "expected 10ms to 1m, found `\(delay)`")
        }
        let queue = batch?.queue ?? max(2048, size)
        guard (size...1_000_000).contains(queue) else {
            throw ConfigurationError(
                at: ["batch", "queue"],
                "expected at least the size of a batch, \(size), and at most 1000000, "
                    + "found \(queue)")
        }
        return Exporter.Limits(
            size: size, delay: delay.interval, queue: queue, retryFor: retryFor)
    }
}
