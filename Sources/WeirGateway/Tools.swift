internal import ArgumentParser
internal import WeirConfig
internal import WeirFilter

/// Commands that come with filters, such as one that makes a certificate. Which ones there are is
/// known only once the registry is; the library's subcommands are types, so these are found before
/// it looks at the command line.
enum Tools {
    static let shipped = CommandTools(GatewayCommand.filters)

    /// Does what the command line asks for, if it is about one of these commands or about none at
    /// all; returns when it is for the library.
    static func run(_ words: [String], besides commands: [String]) throws {
        switch shipped.choose(words) {
        case .run(let tool, let arguments): try run(tool, arguments)
        case .help(let tool): Terminal.say(tool.usage.withoutEnd)
        case .several(let tools):
            let isQuestion =
                words.first == "help" || words.contains("--help") || words.contains("-h")
            if isQuestion {
                Terminal.say(list(tools))
            } else {
                Terminal.complain("Error: expected one of these commands:\n\(list(tools))")
                throw ExitCode(2)
            }
        case .unknown:
            guard let word = words.first, !word.hasPrefix("-"), !commands.contains(word) else {
                return
            }
            let all = commands + shipped.all.map(\.name)
            let near = NearestName.find(word, in: all).map { "; did you mean `\($0)`?" } ?? "."
            Terminal.complain(
                "Error: this build has no command `\(word)`\(near)\nThere are: "
                    + all.joined(separator: ", "))
            throw ExitCode(2)
        }
        throw ExitCode.success
    }

    private static func run(_ tool: CommandTool, _ arguments: [String]) throws {
        do {
            let output = try tool.run(arguments)
            if !output.isEmpty { Terminal.say(output.withoutEnd) }
        } catch let error as ConfigurationError {
            Terminal.complain(
                "Error: \(error)\n  See 'weir \(tool.name) --help' for more information.")
            throw ExitCode(2)
        } catch {
            Terminal.complain("Error: \(error)")
            throw ExitCode(1)
        }
    }

    /// Commands with what they do, one a line.
    static func list(_ tools: [CommandTool]) -> String {
        Layout.columns(tools.map { ["weir \($0.name)", $0.summary] }, indent: 2, width: 80)
    }
}

extension String {
    /// The text without line breaks at its end.
    fileprivate var withoutEnd: String {
        var text = self
        while text.last == "\n" { text.removeLast() }
        return text
    }
}
