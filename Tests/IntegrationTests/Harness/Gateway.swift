import Foundation
import Testing
import WeirLiveTesting

/// The command under test, running with a configuration of its own.
final class Gateway {
    let folder: TemporaryFolder
    let process: Subprocess
    private(set) var addresses: [String: Address] = [:]
    /// Kept alive as long as the gateway is.
    private let origins: [Origin]
    private var isEndExpected = false

    /// Starts it with a whole configuration, in which `${DIR}` is its folder; `prefix` is what runs
    /// the command, such as a tool that sets limits.
    init(
        yaml: String, origins: [Origin] = [], prefix: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        self.origins = origins
        folder = try TemporaryFolder()
        try folder.write(yaml, to: "weir.yaml")
        var variables = environment
        variables["DIR"] = folder.path
        process = try Subprocess(
            prefix + [Repository.binary(), "run", "\(folder.path)/weir.yaml"], writingTo: folder,
            name: "weir", environment: variables)
        try waitUntilListening()
    }

    deinit {
        if !isEndExpected, let status = process.status {
            Issue.record("the gateway ended by itself with \(status): \(log.suffix(2000))")
        }
    }

    /// What it logs to standard error.
    var log: String { folder.read("weir.err") }

    private func waitUntilListening() throws {
        let deadline = Deadline(after: patience)
        while addresses["admin"] == nil {
            readAddresses()
            if let status = process.status {
                isEndExpected = true
                throw HarnessError("the gateway ended with \(status): \(log)")
            }
            if deadline.hasPassed { throw HarnessError("the gateway does not listen: \(log)") }
            usleep(2000)
        }
    }

    /// The log says where each listener is; the admin listener comes last.
    private func readAddresses() {
        for line in log.split(separator: "\n") {
            guard let middle = line.range(of: " listens on ") else { continue }
            // As text or inside of a JSON string.
            let name = line[..<middle.lowerBound].split { $0 == " " || $0 == "\"" }.last ?? ""
            let address = line[middle.upperBound...].prefix { $0 != "\"" }
            addresses[String(name)] = try? Address(String(address))
        }
    }

    func address(_ listener: String = "edge") throws -> Address {
        guard let address = addresses[listener] else {
            throw HarnessError("no listener \(listener)")
        }
        return address
    }

    /// A connection to a listener.
    func client(_ listener: String = "edge", receiveBuffer: Int32? = nil) throws -> RawClient {
        try RawClient(address(listener), server: self, receiveBuffer: receiveBuffer)
    }

    /// Asks the admin listener on a connection of its own.
    func admin(_ method: String = "GET", _ path: String) throws -> Message {
        try client("admin").exchange(
            "\(method) \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    }

    /// The sum of a metric's series whose labels contain all of these.
    func metric(_ name: String, _ labels: String...) throws -> Double {
        let lines = try admin("GET", "/metrics").body.text.split(separator: "\n")
        return lines.reduce(0) { sum, line in
            let isNamed = line.hasPrefix(name + "{") || line.hasPrefix(name + " ")
            guard isNamed, labels.allSatisfy({ line.contains($0) }) else { return sum }
            return sum + (Double(line.split(separator: " ").last ?? "") ?? 0)
        }
    }

    /// Replaces the configuration's file.
    func rewrite(_ yaml: String) throws { try folder.write(yaml, to: "weir.yaml") }

    /// The lines of the access log.
    func accessLog() -> [[String: Any]] {
        folder.read("access.log").split(separator: "\n").compactMap { line in
            try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
    }

    /// Says that somebody else will end it.
    func expectEnd() { isEndExpected = true }

    /// Tells it to drain, and waits for its end; the exit status.
    func stop(within limit: Duration = .seconds(15)) throws -> Int32 {
        isEndExpected = true
        process.signal(SIGTERM)
        return try process.wait(within: limit)
    }

    /// The memory that is the process's own, in KiB.
    var memory: Int {
        let text =
            (try? String(
                contentsOfFile: "/proc/\(process.identifier)/smaps_rollup", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }
}
