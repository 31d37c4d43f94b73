internal import ArgumentParser
internal import Logging
internal import WeirConfig
internal import WeirFilter
internal import WeirRouting
internal import WeirRuntime
internal import WeirServer

/// `weir run`: serves until it is told to stop.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Start the gateway.",
        discussion: """
            SIGHUP reads the configuration again, SIGUSR1 opens the access log again, SIGTERM and
            SIGINT drain and exit; a second one exits at once.
            """)

    @Argument(help: "The configuration file; without one, an embedded example.")
    var file: String?

    func run() throws {
        GatewaySignals.block()
        let loaded = Configurations.load(file)
        Configurations.report(loaded.diagnostics)
        guard let configuration = loaded.configuration else { throw ExitCode(1) }
        let log = OwnLog.make(configuration.log)
        raiseDescriptorLimit()
        let control = try EventLoop(index: -1)
        let gateway = try Gateway(
            configuration,
            options: Gateway.Options(
                file: file, filters: shippedFilters, environment: Configurations.environment),
            control: control, log: log)
        let signals = try GatewaySignals(gateway)
        do {
            try gateway.start()
        } catch {
            log.critical("\(error)")
            throw ExitCode(1)
        }
        for (name, address) in gateway.addresses { log.notice("\(name) listens on \(address)") }
        if file == nil { print(Configurations.whatToTry) }
        control.run()
        withExtendedLifetime(signals) {}
    }
}
