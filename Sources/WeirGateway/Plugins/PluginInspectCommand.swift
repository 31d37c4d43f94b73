internal import ArgumentParser
internal import WeirConfig
internal import WeirFilter
internal import WeirPlugins

/// `weir plugin inspect`: what is inside of a file, without running it.
struct PluginInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Say what is inside of a plug-in.",
        discussion: """
            Reads the file without running its code: its filters, what it was built
            from, whether it fits this gateway, and what it needs.

            Exit codes: 0 when it fits this gateway, 1 when it does not or is no
            plug-in, 2 when the command line is wrong.

            Examples:
              weir plugin inspect hello.so
              weir plugin inspect --json hello.so
            """)

    @Argument(help: "The plug-in.", completion: .file(extensions: ["so"]))
    var file: String

    @Flag(help: "Print one JSON object on standard output instead of text.")
    var json = false

    func run() throws {
        let plugin: PluginFile
        do throws(ConfigurationError) {
            plugin = try PluginFile(path: file)
        } catch {
            if json {
                let report = Rendered.object([
                    ("file", .text(file)), ("fits", .flag(false)),
                    ("problem", .text(error.message)),
                ])
                Terminal.say(report.json(indent: 2))
            } else {
                Terminal.complain("Error: \(error.message)")
            }
            throw ExitCode(1)
        }
        let problem = plugin.problem()
        Terminal.say(
            json ? plugin.rendered(problem).json(indent: 2) : plugin.text(problem))
        if problem != nil { throw ExitCode(1) }
    }
}

extension PluginFile {
    /// For people.
    fileprivate func text(_ problem: String?) -> String {
        var rows = manifest.filters.map { ["Filter", "\($0.name ?? "?") (type \($0.type))"] }
        rows += zip(manifest.stamp.parts, PluginStamp.own.parts).map { own, gateway in
            let difference = own.value == gateway.value ? "" : " (this gateway: \(gateway.value))"
            return [own.name.prefix(1).uppercased() + own.name.dropFirst(), own.value + difference]
        }
        rows.append(["Module", manifest.module])
        rows.append(["Libraries", library.needed.joined(separator: ", ")])
        rows.append(["Symbols", "\(contractSymbols.count) of the filter contract"])
        rows.append(["Fits", problem.map { "no: \($0)" } ?? "yes"])
        return "\(path)\n" + Layout.columns(rows, indent: 2)
    }

    /// For machines. The names of fields stay as they are.
    fileprivate func rendered(_ problem: String?) -> Rendered {
        .object([
            ("file", .text(path)), ("fits", .flag(problem == nil)),
            ("problem", problem.map { .text($0) } ?? .null),
            (
                "filters",
                .list(
                    manifest.filters.map {
                        .object([
                            ("type", .text($0.type)), ("name", $0.name.map { .text($0) } ?? .null),
                        ])
                    })
            ),
            ("stamp", manifest.stamp.rendered), ("gateway", PluginStamp.own.rendered),
            ("module", .text(manifest.module)),
            ("libraries", .list(library.needed.map { .text($0) })),
            ("contract-symbols", .list(contractSymbols.map { .text($0) })),
        ])
    }
}

extension PluginStamp {
    fileprivate var rendered: Rendered {
        .object([
            ("weir", .text(weir)), ("contract", .text(contract)), ("swift", .text(swift)),
            ("platform", .text(platform)),
        ])
    }
}
