import Foundation
import Testing
import WeirFilter

/// Which command of a filter a command line asks for.
@Suite struct ToolTests {
    private struct Toolbox: ConnectionFilterFactory {
        struct Configuration: Decodable {}

        static let name = "toolbox"
        static let documentation = FilterDocumentation(
            summary: "For tests.", status: .alpha,
            securityPosture: .robustToUntrustedDownstreamAndUpstream, phases: [], fields: [])
        static let tools = ["cert show", "cert dev", "cert dev list", "keys"].map { name in
            CommandTool(name: name, summary: name, usage: "weir \(name)") { words in
                ([name] + words).joined(separator: " ")
            }
        }

        init(_ configuration: Configuration) throws {}
    }

    /// What the choice is, in words.
    private func choice(_ line: String, of types: [FilterType] = [FilterType(Toolbox.self)])
        throws -> String
    {
        let words = line.split(separator: " ").map(String.init)
        switch CommandTools(types).choose(words) {
        case .run(let tool, let arguments): return "run: " + (try tool.run(arguments))
        case .help(let tool): return "help: \(tool.name)"
        case .several(let tools): return "one of: " + tools.map(\.name).joined(separator: ", ")
        case .unknown: return "unknown"
        }
    }

    @Test(arguments: [
        ("keys", "run: keys"), ("keys a --b", "run: keys a --b"),
        ("cert dev", "run: cert dev"),
        ("cert dev localhost --out x", "run: cert dev localhost --out x"),
        ("cert dev list all", "run: cert dev list all"),
        ("cert dev --help", "help: cert dev"), ("cert dev a -h", "help: cert dev"),
        ("help cert dev", "help: cert dev"), ("help keys", "help: keys"),
        ("cert", "one of: cert dev, cert dev list, cert show"),
        ("cert --help", "one of: cert dev, cert dev list, cert show"),
        ("cert dv", "one of: cert dev, cert dev list, cert show"),
        ("help cert", "one of: cert dev, cert dev list, cert show"),
        ("certs", "unknown"), ("run keys", "unknown"), ("--help", "unknown"), ("help", "unknown"),
        ("", "unknown"),
    ])
    func theLongestNameIsMeant(line: String, expected: String) throws {
        #expect(try choice(line) == expected)
    }

    @Test func withoutSuchAFilterNothingIsKnown() throws {
        #expect(try choice("cert dev", of: []) == "unknown")
    }
}

/// A command of a filter, run as an operator would.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct ToolRunTests {
    @Test func writesACertificateOnce() throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "weir-tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: place) }
        let made = try Command.run(["cert", "dev", "--name", "a.example"], in: place)
        #expect(made.status == 0 && made.errors.isEmpty)
        #expect(made.output.contains("a.example") && !made.output.hasSuffix("\n\n"))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        #expect(names.sorted() == ["dev.key", "dev.pem"])
        let again = try Command.run(["cert", "dev"], in: place)
        #expect(again.status == 2 && again.errors.contains("--force"))
    }

    @Test func saysHowItIsUsed() throws {
        let help = try Command.run(["cert", "dev", "--help"])
        #expect(help.status == 0 && help.output.contains("weir cert dev ["))
        #expect(try Command.run(["help", "cert", "dev"]).output == help.output)
        #expect(try Command.run(["--help"]).output.contains("weir cert dev  "))
        #expect(try Command.run(["filters", "tls"]).output.contains("weir cert dev: "))
    }
}
