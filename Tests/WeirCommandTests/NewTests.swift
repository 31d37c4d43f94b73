import Foundation
import Testing

/// `weir new`: packages on disk, and Swift that compiles against the modules beside these tests.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct NewTests {
    /// A folder that goes with the test.
    private final class Place {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "weir-new-\(UUID().uuidString)")

        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func new(_ words: String...) throws -> Command.Outcome {
            try Command.run(["new"] + words + ["--weir", Command.root.path], in: url)
        }

        func has(_ path: String) -> Bool {
            FileManager.default.fileExists(atPath: url.appending(path: path).path)
        }
    }

    @Test func aFilterPackageIsMadeOnce() throws {
        let place = try Place()
        let made = try place.new("filter", "hello-you")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.hasPrefix("Made hello-you:\n  Package.swift\n"))
        #expect(made.output.contains("\n  cd hello-you\n  swift test\n"))
        #expect(place.has("hello-you/Sources/HelloYouFilter/HelloYou.swift"))
        let again = try place.new("filter", "hello-you")
        #expect(again.status == 1)
        #expect(
            again.errors
                == "Error: hello-you/Package.swift: is there already; nothing was written\n")
    }

    @Test func aGatewayPackageIsMadeElsewhere() throws {
        let place = try Place()
        let made = try place.new("gateway", "edge", "--into", "a/b")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("\n  cd a/b/edge\n"))
        #expect(place.has("a/b/edge/Sources/edge/main.swift"))
        let checked = try Command.run(["check", "a/b/edge/gateway.yaml"], in: place.url)
        #expect(checked.errors.contains("no filter is named `hello`"))
    }

    @Test(arguments: [
        (["filter", "Hello"], "named with lower-case letters"),
        (["filter", "fault"], "there is a filter `fault` already"),
        (["filter", "--async"], "Missing expected argument '<name>'"),
        (["gateway", "weir"], "a package cannot be named `weir`"),
    ])
    func wrongNamesExitWith2(words: [String], message: String) throws {
        let outcome = try Command.run(["new"] + words)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func withoutACheckoutItSaysWhatToDo() throws {
        let place = try Place()
        let outcome = try Command.run(["new", "filter", "hello", "--weir", "."], in: place.url)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is no checkout of Weir"), "\(outcome.errors)")
        #expect(!place.has("hello"))
    }

    @Test(arguments: [[], ["--async"]]) func whatIsMadeCompiles(options: [String]) throws {
        let place = try Place()
        let arguments = ["new", "filter", "hello", "--weir", Command.root.path] + options
        #expect(try Command.run(arguments, in: place.url).status == 0)
        let outcome = try Self.compile(place.url.appending(path: "hello"))
        #expect(outcome.status == 0, "\(outcome.text)")
    }

    /// Compiles source and tests of a filter `hello` as far as that is needed to check them.
    private static func compile(_ package: URL) throws -> (status: Int32, text: String) {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let script = """
            set -e
            modules=$1
            cd "$2"
            flags=(-swift-version 6 -warnings-as-errors -parse-as-library -I "$modules" -I .)
            swiftc "${flags[@]}" -emit-module -module-name HelloFilter Sources/HelloFilter/*.swift
            toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
            macros=$toolchain/lib/swift/host/plugins/testing
            swiftc "${flags[@]}" -typecheck -plugin-path "$macros" \\
                Tests/HelloFilterTests/*.swift
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "bash", "-c", script, "bash", beside.appending(path: "Modules").path, package.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }
}
