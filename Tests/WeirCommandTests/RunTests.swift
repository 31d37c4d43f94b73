import Foundation
import Testing

/// `weir run`: what it prints, and how it ends.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct RunTests {
    /// Addresses that nobody else has: the system chooses the ports.
    private func freeAddresses() -> [String: String] {
        let name = "weir-origin-\(UUID().uuidString)"
        return [
            "WEIR_ADDRESS": "127.0.0.1:0", "WEIR_ORIGIN_ADDRESS": "unix:@\(name)",
            "WEIR_ADMIN_ADDRESS": "127.0.0.2:0",
        ]
    }

    /// What is true of the example while it runs.
    private func withExample(_ body: (_ printed: String) throws -> Void) throws -> Int32 {
        let process = Command.process(["run"], environment: freeAddresses())
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        var printed = ""
        while !printed.contains("Ctrl-C") {
            let piece = output.fileHandleForReading.availableData
            try #require(!piece.isEmpty, "it ended early: \(printed)")
            printed += String(decoding: piece, as: UTF8.self)
        }
        try body(printed)
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// The printed curl command whose address contains `part`.
    private func curl(_ part: String, in printed: String) throws -> [String] {
        let line = try #require(
            printed.split(separator: "\n").first { $0.contains("curl") && $0.contains(part) })
        let words = line.split(separator: " ").drop { $0 != "curl" }.dropFirst()
        let end = try #require(words.firstIndex { $0.contains("http://") })
        return words[...end].map { String($0.replacing("'", with: "")) }
    }

    private func ask(_ arguments: [String]) throws -> String {
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
        curl.arguments = ["-sS", "--max-time", "10"] + arguments
        let output = Pipe()
        curl.standardOutput = output
        try curl.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        curl.waitUntilExit()
        #expect(curl.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }

    @Test func printedRequestsDoAsTheySay() throws {
        let status = try withExample { printed in
            let proxied = try ask(try curl("/hello", in: printed))
            #expect(proxied.hasPrefix("HTTP/1.1 200") && proxied.contains("x-request-id: "))
            #expect(proxied.hasSuffix("hello from the demo origin\n"))
            let stamped = try ask(try curl("/users/42", in: printed))
            #expect(stamped.contains("x-user: 42\r\n"))
            let missing = try ask(try curl("/helo", in: printed))
            #expect(missing.hasPrefix("HTTP/1.1 404"))
            #expect(!missing.contains("/hello"))
            let moved = try ask(try curl("/old/", in: printed))
            #expect(moved.hasPrefix("HTTP/1.1 301") && moved.contains("/hello"))
            let near = try ask(try curl("near=", in: printed))
            #expect(near.contains("\"/hello\""))
            #expect(try ask(try curl("/metrics", in: printed)).contains("# TYPE"))
        }
        #expect(status == 0, "a drain is a good end")
    }

    @Test func portInUseIsAnError() throws {
        _ = try withExample { printed in
            let address = try #require(
                try curl("/hello", in: printed).last?.split(separator: "/").dropFirst().first)
            var environment = freeAddresses()
            environment["WEIR_ADDRESS"] = String(address)
            let second = try Command.run(["run"], environment: environment)
            #expect(second.status == 1)
            #expect(second.errors.contains("cannot listen on \(address)"))
            #expect(second.errors.contains("Address already in use"))
            #expect(second.errors.contains("WEIR_ADDRESS="))
        }
    }

    @Test func wrongFileIsAnError() throws {
        let outcome = try Command.run(["run", "broken.yaml"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("broken.yaml:5:9: error:"))
        #expect(outcome.output.isEmpty)
    }

    @Test func environmentIsChecked() throws {
        let outcome = try Command.run(["run"], environment: ["WEIR_ADDRESS": "nonsense"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("`nonsense`"))
    }
}
