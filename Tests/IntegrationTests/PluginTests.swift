import Foundation
import Synchronization
import Testing
import WeirLiveTesting

/// Plug-ins in a running gateway.
@Suite struct PluginTests {
    private static func yaml(
        _ origin: Origin, _ plugins: String, filters: String = "[marker]", top: [String] = []
    ) -> String {
        var configuration = Configuration(origin)
        configuration.top = ["plugins: \(plugins)"] + top
        configuration.filters = filters
        return configuration.yaml
    }

    /// An origin whose responses come in two pieces, the second when the test lets it.
    private final class SlowOrigin: Sendable {
        let isReleased = Atomic<Bool>(false)

        func start() throws -> Origin {
            try Origin { [self] connection in
                while let request = try connection.request() {
                    try connection.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                    try connection.send("3\r\nabc\r\n")
                    while request.target == "/slow" && !isReleased.load(ordering: .relaxed) {
                        usleep(1000)
                    }
                    try connection.send("3\r\ndef\r\n0\r\n\r\n")
                }
            }
        }
    }

    @Test func servesWithAPlugin() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        try plugin.build()
        let origin = try Origin(answering: { _ in Answer.ok() })
        let filters = "[marker: {suffix: \"!\"}]"
        let gateway = try Gateway(
            yaml: Self.yaml(origin, "[\(plugin.file)]", filters: filters), origins: [origin])
        let answer = try Curl(gateway, "/")
        #expect(answer.status == 200 && answer["x-marker"] == "one!")
        #expect(answer.body == "one!")
        #expect(try gateway.admin("GET", "/config").body.text.contains(plugin.file))
        let file = "\(gateway.folder.path)/weir.yaml"
        let words = ["check", "explain", "filters", "filters --json"]
        let commands = [
            [file], [file, "GET", "/"], ["--config", file, "marker"], ["--config", file, "--json"],
        ]
        for (word, command) in zip(words, commands) {
            let words = [try Repository.binary()] + [String(word.prefix { $0 != " " })] + command
            let result = try CommandResult.of(["env", "DIR=/tmp"] + words)
            #expect(result.status == 0 && result.output.contains("marker"), "\(result)")
        }
        let refused = Self.yaml(origin, "[\(plugin.file)]", filters: "[marker: {suffix: bad}]")
        try gateway.rewrite(refused)
        let response = try gateway.admin("POST", "/reload")
        #expect(response.status == 422 && response.body.text.contains("something good"))
    }

    @Test func aNewFileServesNewRequestsWhileOldOnesFinish() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        try plugin.build()
        let slow = SlowOrigin()
        let origin = try slow.start()
        let gateway = try Gateway(yaml: Self.yaml(origin, "[\(plugin.file)]"), origins: [origin])
        let old = try gateway.client()
        try old.send("GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { origin.requests.count == 1 }
        try plugin.rewrite(PluginFolder.marker("two"))
        try plugin.build()
        #expect(try gateway.client().get()["x-marker"] == "one", "nothing by itself")
        #expect(try gateway.admin("POST", "/reload").status == 200)
        try eventually("it is in service") {
            try gateway.client().get()["x-marker"] == "two"
        }
        #expect(try gateway.client().get().body.text.contains("one") == false)
        slow.isReleased.store(true, ordering: .relaxed)
        let response = try old.response()
        #expect(response["x-marker"] == "one")
        #expect(response.body.text == "oneone")
        // Back to contents that are loaded already.
        try plugin.rewrite(PluginFolder.marker("one"))
        try plugin.build()
        gateway.process.signal(SIGHUP)
        try eventually("the first is back") {
            try gateway.client().get()["x-marker"] == "one"
        }
        #expect(try gateway.stop() == 0)
    }

    @Test func aWatchedFileIsLoadedByItself() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        try plugin.build()
        let origin = try Origin(answering: { _ in Answer.ok() })
        let watch = ["reload: {watch: true}"]
        let gateway = try Gateway(
            yaml: Self.yaml(origin, "[{path: \(plugin.file)}]", top: watch), origins: [origin])
        #expect(try gateway.client().get()["x-marker"] == "one")
        try plugin.rewrite(PluginFolder.marker("two"))
        try plugin.build()
        try eventually("it is in service") {
            try gateway.client().get()["x-marker"] == "two"
        }
        // Written over in place, as cp does: what is loaded must not change below its feet.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: plugin.file))
        try #require(FileHandle(forWritingAtPath: plugin.file)).write(
            contentsOf: Data("broken".utf8))
        try eventually("it is refused") { gateway.log.contains("reload refused") }
        #expect(try gateway.client().get()["x-marker"] == "two")
        try #require(FileHandle(forWritingAtPath: plugin.file)).write(contentsOf: bytes)
        #expect(try gateway.client().get().status == 200)
    }

    @Test func whatDoesNotFitIsRefusedAndTheOldOneGoesOn() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        try plugin.build()
        let origin = try Origin(answering: { _ in Answer.ok() })
        let gateway = try Gateway(yaml: Self.yaml(origin, "[\(plugin.file)]"), origins: [origin])
        let bad = "\(plugin.folder.path)/bad.so"
        for (what, data, message) in try Self.unfit(plugin) {
            try data.write(to: URL(fileURLWithPath: bad))
            try gateway.rewrite(Self.yaml(origin, "[{path: \(bad)}]"))
            let response = try gateway.admin("POST", "/reload")
            let text = response.body.text
            #expect(response.status == 422, "\(what)")
            #expect(text.contains("weir.yaml:4:18: error: plugins[0].path: \(bad): "), "\(text)")
            #expect(text.contains(message), "\(what): \(text)")
            #expect(try gateway.client().get()["x-marker"] == "one")
            for words in [[], ["--json"]] {
                let command = [try Repository.binary(), "plugin", "inspect", bad] + words
                let inspected = try CommandResult.of(command)
                #expect(inspected.status == 1)
                let said = inspected.output + inspected.errors
                #expect(said.unwrapped.contains(message), "\(what): \(said)")
            }
        }
        #expect(try gateway.stop() == 0)
    }

    /// Files that must not be loaded, each with words of the message.
    private static func unfit(
        _ plugin: PluginFolder
    ) throws -> [(what: String, data: Data, message: String)] {
        let inspected = try PluginFolder.inspect(plugin.file, "--json").output
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(inspected.utf8)) as? [String: Any])
        let symbols = try #require(json["contract-symbols"] as? [String])
        let symbol = try #require(symbols.first { $0.hasPrefix("$s10WeirFilter0B4Type") })
        let stamp = try #require(json["stamp"] as? [String: String])
        let contract = try #require(stamp["contract"])
        let own = try ownCopy(plugin)
        return [
            ("a text", Data("plugins".utf8), "no shared library: make one with"),
            ("a library", try library("libc.so.6"), "no plug-in of Weir: make one with"),
            (
                "another contract",
                try PluginFolder.bytes(
                    of: plugin.file, replacing: "\"contract\":\"\(contract)\"",
                    with: "\"contract\":\"0123456789abcdef\""),
                "built for contract 0123456789abcdef; this gateway has contract \(contract): build"
            ),
            (
                "another compiler",
                try PluginFolder.bytes(
                    of: plugin.file, replacing: "\"swift\":\"6.", with: "\"swift\":\"5."),
                "built for Swift 5."
            ),
            (
                "a symbol that is nowhere",
                try PluginFolder.bytes(
                    of: plugin.file, replacing: symbol, with: String(symbol.dropLast()) + "Y"),
                "which this gateway does not have"
            ),
            ("a copy of the contract", own, "a copy of the filter contract"),
            (
                "half of it", try Data(contentsOf: URL(fileURLWithPath: plugin.file)).prefix(9_000),
                "damaged"
            ),
        ]
    }

    /// What linking a filter with the contract's own code gives.
    private static func ownCopy(_ plugin: PluginFolder) throws -> Data {
        let build = URL(fileURLWithPath: try Repository.binary()).deletingLastPathComponent()
        let objects = try ["WeirFilter", "WeirBase"].flatMap { module in
            try FileManager.default.contentsOfDirectory(
                at: build.appending(path: "\(module).build"), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "o" }.map(\.path)
        }
        let output = "\(plugin.folder.path)/own.so"
        let result = try CommandResult.of(
            [
                "swiftc", "-emit-library", "-parse-as-library", "-swift-version", "6", "-I",
                build.appending(path: "Modules").path, "-module-name", "Own", "-o", output,
                "\(plugin.folder.path)/Filter.swift",
            ] + objects, within: .seconds(120))
        guard result.status == 0 else { throw HarnessError("swiftc: \(result.errors)") }
        return try Data(contentsOf: URL(fileURLWithPath: output))
    }

    /// A library of the system.
    private static func library(_ name: String) throws -> Data {
        let folders = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        let path = try #require(
            folders.map { "/lib/\($0)/\(name)" }.first(
                where: FileManager.default.fileExists(atPath:)))
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }
}

extension String {
    /// Text whose lines were broken, in one line.
    fileprivate var unwrapped: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
