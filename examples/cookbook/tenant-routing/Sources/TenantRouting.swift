internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Sends each host's requests to its tenant, whom a directory knows.
public final class TenantRouting: AsyncFilter {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// The cluster of the directory.
        public var directory: String
        /// What stands before the host in the path that is asked for; `/tenants/` when nil.
        public var path: String?
        /// How long an answer is remembered; 30 seconds when nil.
        public var remember: ConfigDuration?
    }

    /// `tenant-routing`
    public static let name = "tenant-routing"

    /// What `weir filters tenant-routing` shows.
    public static let documentation = FilterDocumentation(
        summary: "Sends each host's requests to its tenant, whom a directory knows.",
        securityPosture: .robustToUntrustedDownstream,
        phases: [.requestHeaders],
        fields: [
            ConfigurationField(
                "directory", "cluster", default: nil,
                "Who is asked: GET with the host at the end of `path`; 200 with the tenant's name "
                    + "in the body, or 404."),
            ConfigurationField(
                "path", "path", default: "/tenants/", "What stands before the host."),
            ConfigurationField(
                "remember", "duration", default: "30s",
                "How long an answer is remembered by each worker, also that there is none."),
        ])

    private let directory: String
    private let path: String
    private let memory: Interval
    private let tenants = AtomicLazyReference<WorkerTenants>()

    /// Checks the path.
    public init(_ configuration: Configuration) throws {
        directory = configuration.directory
        path = configuration.path ?? "/tenants/"
        guard path.hasPrefix("/") else {
            throw ConfigurationError(at: ["path"], "expected a path, found `\(path)`")
        }
        memory = (configuration.remember ?? ConfigDuration(.seconds(30))).interval
    }

    /// Makes sure that the directory exists, and makes a memory for each worker.
    public func provision(_ services: any GatewayServices) throws {
        _ = try services.cluster(directory, at: ["directory"])
        _ = tenants.storeIfNil(WorkerTenants(services))
    }

    /// Finds the tenant, then sends the request on under its name.
    public func handle(_ request: Request, next: Next) async throws -> Response {
        guard let tenant = try await tenant(of: request) else {
            return Response(status: 404, cause: "tenant_unknown")
        }
        request.headers.set("x-tenant", tenant.span)
        request.path = ByteString("/\(tenant)\(request.path)")
        return try await next(request)
    }

    private func tenant(of request: Request) async throws -> ByteString? {
        let authority = request.authority
        let host = ByteString(authority.span.extracting(0..<authority.hostCount))
        // What stands in a path must be no more than a name.
        guard host.isName(besides: UInt8(ascii: ".")) else { return nil }
        if let known = tenants.load()?.find(host, request.context) { return known.tenant }

        let answer: CallResponse
        do {
            answer = try await request.context.call(
                directory,
                CallRequest(
                    .get, ByteString("\(path)\(host)"), timeout: .seconds(2), responseLimit: 64))
        } catch let failure as CallFailure {
            request.context.log(.warning, "the directory does not answer: \(failure.cause)")
            throw LocalResponse(status: 503, cause: "tenant_directory_failed")
        }
        switch answer.status {
        case 200 where answer.body.isName(besides: UInt8(ascii: "_")):
            tenants.load()?.remember(answer.body, of: host, for: memory, request.context)
            return answer.body
        case 404:
            tenants.load()?.remember(nil, of: host, for: memory, request.context)
            return nil
        default:
            request.context.log(.warning, "the directory answers \(answer.status) for \(host)")
            throw LocalResponse(status: 503, cause: "tenant_directory_failed")
        }
    }
}
