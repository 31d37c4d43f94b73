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
            Without a file it serves a small example before a demo origin of its own,
            and prints what to try. The environment moves it: WEIR_ADDRESS,
            WEIR_ORIGIN_ADDRESS and WEIR_ADMIN_ADDRESS, each an address such as
            127.0.0.1:8090.

            Signals: SIGHUP reads the configuration again, SIGUSR1 opens the access
            log again, SIGTERM and SIGINT drain and exit; a second one exits at once.

            Exit codes: 0 after a drain, 1 when the file cannot be used or an address
            is taken, 2 when the command line is wrong.

            Examples:
              weir run
              weir run gateway.yaml
              WEIR_ADDRESS=127.0.0.1:8090 weir run
            """)

    @Argument(
        help: "The configuration file; without one, an embedded example.",
        completion: .file(extensions: ["yaml", "yml"]))
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
                file: file, filters: GatewayCommand.filters, plugins: Configurations.plugins,
                environment: Configurations.environment),
            control: control, log: log)
        let signals = try GatewaySignals(gateway)
        do {
            try gateway.start()
        } catch {
            log.critical("\(error)")
            if file == nil { Terminal.complain(Configurations.howToMove) }
            throw ExitCode(1)
        }
        for (name, address) in gateway.addresses { log.notice("\(name) listens on \(address)") }
        if file == nil { Terminal.say(Configurations.whatToTry(gateway.addresses)) }
        control.run()
        withExtendedLifetime(signals) {}
    }
}
