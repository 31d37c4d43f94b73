internal import ArgumentParser
internal import WeirConfig
internal import WeirFilter

/// `weir schema`: what configuration files may hold, for editors.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print a JSON Schema of configuration files.",
        discussion: """
            Editors complete and check configurations with it: the gateway's own part
            and the settings of every filter of this build.

            Examples:
              weir schema >weir.schema.json
              # yaml-language-server: $schema=weir.schema.json     (a file's first line)
            """)

    func run() {
        let schema = GatewaySchema(filters: GatewayCommand.filters)
        Terminal.say(
            schema.document(title: "Configuration of \(WeirVersion.text)").json(indent: 2))
    }
}
