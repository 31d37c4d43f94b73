internal import ArgumentParser
internal import WeirConfig
internal import WeirServer

/// `weir check`: says everything that is wrong with a file.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a configuration file.",
        discussion: """
            Runs the same code as a start and a reload, also that of filters that
            open files, but opens no socket and asks no upstream. All problems are
            reported at once, each with its place, its field, what was expected and
            the nearest valid name. Environment variables are read as they would be
            by `run`. Settings in use that loosen a safe default, whose names start
            with `unsafe-`, are listed.

            Exit codes: 0 when the file can be used, 1 when it cannot, also because
            of a warning under --strict; 2 when the command line is wrong.

            Examples:
              weir check gateway.yaml
              weir check --strict --json gateway.yaml
            """)

    @Argument(help: "The configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @Flag(help: "Print one JSON object on standard output instead of text.")
    var json = false

    @Flag(help: "Fail on warnings too.")
    var strict = false

    func run() throws {
        let report = CheckReport(file: file, Configurations.load(file), provisions: true)
        let isGood = report.isGood(strict: strict)
        if json {
            Terminal.say(report.rendered(isGood: isGood).json(indent: 2))
        } else {
            Configurations.report(report.diagnostics)
            if let verdict = report.verdict(isGood: isGood) { Terminal.complain(verdict) }
            if isGood, let summary = report.summary { Terminal.say(summary) }
        }
        if !isGood { throw ExitCode(1) }
    }
}
