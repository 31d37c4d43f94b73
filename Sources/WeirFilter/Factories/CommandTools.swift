/// The commands that come with factories, found by the words of a command line.
package struct CommandTools {
    /// What a command line asks for.
    package enum Choice {
        /// To run a command with the words that follow its name.
        case run(CommandTool, arguments: [String])
        /// To say how a command is used.
        case help(CommandTool)
        /// One of several commands whose names begin so; which one is not said.
        case several([CommandTool])
        /// Nothing that is known here.
        case unknown
    }

    /// The commands in the order of their names.
    package let all: [CommandTool]

    /// Gathers the commands of factories.
    package init(_ types: [FilterType]) {
        all = types.flatMap(\.tools).sorted { $0.name < $1.name }
    }

    /// What `words`, the command line without the program's name, ask for.
    package func choose(_ words: [String]) -> Choice {
        let asksForHelp = words.first == "help"
        let words = Array(words.dropFirst(asksForHelp ? 1 : 0))
        let named = all.filter { words.starts(with: $0.words) }
        guard let tool = named.max(by: { $0.words.count < $1.words.count }) else {
            // `cert`, `cert --help` and `cert something` are all about what begins with `cert`.
            let first = words.first
            let near = first == nil ? [] : all.filter { $0.words.first == first }
            return near.isEmpty ? .unknown : .several(near)
        }
        let rest = Array(words.dropFirst(tool.words.count))
        if asksForHelp || rest.contains("--help") || rest.contains("-h") { return .help(tool) }
        return .run(tool, arguments: rest)
    }
}

extension CommandTool {
    fileprivate var words: [String] { name.split(separator: " ").map(String.init) }
}
