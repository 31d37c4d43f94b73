internal import WeirBase
internal import WeirFilter

/// A checked configuration.
struct AuthPlan: Sendable {
    /// How decisions are remembered.
    struct Cache: Sendable {
        let key: [RequestAttribute]
        let lifetime: Interval
        let entries: Int
        let bytes: Int
    }

    let service: any AuthService
    let cluster: String
    let clusterField: [String]
    /// Which requests are asked about; all when nil.
    let condition: RequestCondition?
    let timeout: Interval
    let admitsOnError: Bool
    let statusOnError: Int
    /// Fields that the client may not set.
    let upstreamHeaders: [HeaderName]
    let bodyLimit: Int?
    let cache: Cache?
    /// Whether a consent may change the response.
    let changesResponses: Bool

    init(_ configuration: ExternalAuth.Configuration) throws {
        let reader = AuthPlanReader(configuration)
        condition = try reader.condition()
        timeout = try reader.timeout()
        admitsOnError = configuration.onError == .allow
        statusOnError = try reader.statusOnError()
        upstreamHeaders = try AuthPlanReader.names(
            configuration.upstreamHeaders, at: ["upstream-headers"])
        bodyLimit = try configuration.body.map {
            try AuthPlanReader.size($0.max, 1...(16 << 20), at: ["body", "max"])
        }
        cache = try reader.cache()
        switch (configuration.http, configuration.grpc) {
        case (let http?, nil):
            let service = try reader.httpService(
                http, timeout: timeout, upstreamHeaders: upstreamHeaders)
            self.service = service
            cluster = http.cluster
            clusterField = ["http", "cluster"]
            changesResponses = !service.successHeaders.isEmpty
        case (nil, let grpc?):
            service = try reader.grpcService(grpc, timeout: timeout)
            cluster = grpc.cluster
            clusterField = ["grpc", "cluster"]
            changesResponses = true
        case (nil, nil):
            throw ConfigurationError("expected `http` or `grpc`")
        case (_?, _?):
            throw ConfigurationError("expected one of `http` and `grpc`, found both")
        }
    }

    /// What is done, in a line.
    var summary: String {
        let otherwise = admitsOnError ? "lets the request in" : "answers \(statusOnError)"
        let body = bodyLimit.map { ", with up to \(ConfigSize($0)) of body" } ?? ""
        let cache =
            cache.map { cache in
                "; remembers decisions for \(ConfigDuration(cache.lifetime)) by "
                    + cache.key.map(\.description).joined(separator: ", ")
            } ?? ""
        return "asks cluster \(cluster) \(service.summary)\(body); without an answer in "
            + "\(ConfigDuration(timeout)) \(otherwise)\(cache)"
    }
}
