internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRuntime

/// Brings admin requests to the control loop, where the gateway answers them.
final class GatewayAdmin: AdminHandler {
    /// The gateway stays on the control loop; here it is only carried there.
    private struct Carried: @unchecked Sendable {
        weak var gateway: Gateway?
    }

    private let carried: Carried
    private let control: LoopHandle

    init(_ gateway: Gateway) {
        carried = Carried(gateway: gateway)
        control = gateway.control.handle
    }

    func handle(_ request: AdminRequest, _ token: SharedPauseToken) {
        let carried = self.carried
        control.execute {
            guard let gateway = carried.gateway else {
                return token.respond(LocalResponse(status: 503, cause: "admin_stopped"))
            }
            gateway.answer(request) { token.respond($0) }
        }
    }
}

extension Gateway {
    var adminHandler: any AdminHandler { GatewayAdmin(self) }

    /// What the admin interface offers; also its front page.
    private static let pages: [(method: Method, path: String, what: String)] = [
        (.get, "/ready", "200 while the gateway takes requests"),
        (.get, "/live", "200 while the process runs"),
        (.get, "/metrics", "metrics for Prometheus"),
        (.get, "/config", "the configuration in service, secrets redacted"),
        (.get, "/listeners", "listeners, their addresses and filters"),
        (.get, "/routes", "routes in order; ?near=PATH for those that nearly match"),
        (.get, "/clusters", "clusters, endpoints and connections"),
        (.get, "/controls", "what filters let operators change; POST /controls/FILTER/NAME?SET=TO"),
        (.post, "/tap", "what filters do to the next requests, or to those that the body means"),
        (.post, "/reload", "reads the configuration again"),
        (.post, "/drain", "finishes what is under way and exits"),
    ]

    /// Answers on the control loop, at once or after the workers have reported.
    func answer(_ request: AdminRequest, _ done: @escaping @Sendable (LocalResponse) -> Void) {
        if request.path.hasPrefix("/controls/") { return done(changeControl(request)) }
        guard let page = Self.pages.first(where: { $0.path == request.path }) else {
            let list = Self.pages.map { "\($0.method.name) \($0.path)  \($0.what)\n" }.joined()
            return done(.text(request.path == "/" ? 200 : 404, list))
        }
        let isRead = request.method == .get || request.method == .head
        guard page.method == .get ? isRead : request.method == page.method else {
            return done(
                LocalResponse(
                    status: 405, cause: "admin",
                    headers: [("allow", ByteString("\(page.method.name)"))]))
        }
        switch page.path {
        case "/ready":
            // Before the first answers of the name servers, requests would find no endpoint.
            let isSettled = phase != .ready || resolver?.hasSettled ?? true
            let isReady = phase == .ready && isSettled
            done(.text(isReady ? 200 : 503, (isSettled ? phase.rawValue : "resolving") + "\n"))
        case "/live": done(.text(200, "live\n"))
        case "/config": done(.json(200, configuration.rendered))
        case "/listeners": done(.json(200, listenersPage))
        case "/routes": done(.json(200, routesPage(query: request.query)))
        case "/metrics":
            let gauges = processGauges
            let registry = self.registry
            let services = facilities.services
            let format: MetricsText.Format =
                request.takesOpenMetrics ? .openMetrics : .prometheus
            collect { reports in
                let text = MetricsText.render(
                    registry, reports: reports, gauges: gauges, filterGauges: services.gauges,
                    as: format)
                done(.text(200, text, type: format.contentType))
            }
        case "/clusters":
            collect { done(.json(200, ClustersPage.render($0))) }
        case "/controls": done(.json(200, controlsPage))
        case "/tap": answerTap(request, done)
        case "/reload":
            switch reload() {
            case .done(let generation):
                done(.json(200, .object([("generation", .number(generation))])))
            case .refused(let reason):
                done(.json(422, .object([("error", .text(reason))])))
            }
        default:
            done(.json(202, .object([("phase", .text("draining"))])))
            drain()
        }
    }

    /// Asks every worker for its report; the last one to answer calls back.
    private func collect(_ done: @escaping @Sendable ([WorkerReport]) -> Void) {
        let gathering = Gathering<WorkerReport>(expected: workers.count, done: done)
        for worker in workers { worker.run { gathering.add($0.report) } }
    }

    private var processGauges: [MetricsText.Gauge] {
        [
            .init("weir_up", "Whether the gateway takes requests.", phase == .ready ? 1 : 0),
            .init("weir_workers", "Event loops that serve requests.", Double(workers.count)),
            .init(
                "weir_open_connections", "Client connections open now.",
                Double(shared.connectionCount)),
            .init("weir_config_generation", "Configurations put into service.", Double(generation)),
            .init(
                "weir_config_failed_reloads_total", "Reloads that were refused.",
                Double(failedReloads), isCounter: true),
            .init(
                "weir_taps", "Callers of `POST /tap` that wait for requests.", Double(taps.count)),
            .init(
                "weir_tap_records_total", "Requests that were recorded for `POST /tap`.",
                Double(tapRecords), isCounter: true),
            .init(
                "weir_access_log_lost_batches_total", "Batches of log lines that were dropped.",
                Double(shared.accessLog.lostBatches), isCounter: true),
        ]
    }
}
