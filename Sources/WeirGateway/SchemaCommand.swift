internal import ArgumentParser
internal import WeirConfig
internal import WeirFilter

/// `weir schema`: what configuration files may hold, for editors.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print a JSON Schema of configuration files.",
        discussion: """
            Editors complete and check configurations with it: the gateway's own part,
            and the settings of every filter of this build. With FILE, those of its
            plug-ins as well; the rest of the file may have errors.

            Examples:
              weir schema >weir.schema.json
              weir schema gateway.yaml >gateway.schema.json
            A file's first line that names it to editors:
              # yaml-language-server: $schema=weir.schema.json
            """)

    @Argument(help: "A configuration file whose plug-ins count too.")
    var file: String?

    func run() throws {
        let loaded = Configurations.filters(of: file)
        if let diagnostics = loaded?.diagnostics {
            Configurations.report(diagnostics)
            if diagnostics.hasErrors { throw ExitCode(1) }
        }
        let schema = GatewaySchema(filters: loaded?.filters ?? GatewayCommand.filters)
        let title = "Configuration of \(WeirVersion.text)"
        Terminal.say(schema.document(title: title).json(indent: 2))
    }
}
