import Foundation
import Testing

/// What is left for well-behaved clients while others attack, on two cores: the gateway has one, the
/// load generator and the attackers share the other.
///
/// Takes some minutes and a quiet machine, so it runs only when `WEIR_ATTACKS` is 1; it prints the
/// figures of the table in `docs/operations/attacks.md`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["WEIR_ATTACKS"] == "1"))
struct AttackLoadTests {
    static let attacks =
        AttackTests.floods.map(\.name) + AttackTests.heads.map(\.name)
        + AttackTests.streams.map(\.name) + AttackTests.holds.map(\.name)

    /// Requests per second of a client that asks for small answers as fast as it gets them.
    static func load(_ gateway: Gateway, seconds: Int) throws -> Double {
        let result = try CommandResult.of(
            "taskset", "-c", "1", "h2load", "-c", "4", "-m", "8", "-D", "\(seconds)",
            "http://\(try gateway.address())/ok")
        let line = result.output.split(separator: "\n").first { $0.hasPrefix("finished in") }
        let words = line?.split { $0 == " " || $0 == "," } ?? []
        guard let index = words.firstIndex(of: "req/s"), let rate = Double(words[index - 1]),
            result.output.contains(" 0 failed, 0 errored, 0 timeout")
        else { throw HarnessError(result.output + result.errors) }
        return rate
    }

    @Test(arguments: attacks)
    func othersKeepHalf(_ name: String) throws {
        let gateway = try AttackTests.gateway(prefix: ["taskset", "-c", "0"], workers: 1)
        _ = try Self.load(gateway, seconds: 1)
        let alone = try Self.load(gateway, seconds: 2)
        let script = "\(Repository.root)/Tests/IntegrationTests/Scripts/attacks.py"
        let attackers = try (0..<2).map { index in
            try Subprocess(
                [
                    "taskset", "-c", "1", "/usr/bin/python3", script, name,
                    "\(gateway.address())", "--seconds", "4", "--connections", "8",
                ], writingTo: gateway.folder, name: "attacker-\(index)")
        }
        func connections() throws -> Double {
            try gateway.metric("weir_listener_connections_total", "listener=\"edge\"")
        }
        let before = try connections()
        try eventually("the attack has begun") { try connections() > before }
        let disturbed = try Self.load(gateway, seconds: 2)
        let lasted = attackers.allSatisfy { $0.isRunning }
        #expect(lasted, "the attack goes on as long as the load")
        for attacker in attackers { _ = try attacker.wait(within: .seconds(30)) }
        let share = Int((100 * disturbed / alone).rounded())
        print("| \(name) | \(Int(alone)) | \(Int(disturbed)) | \(share) % |")
        #expect(share >= 50)
    }
}
