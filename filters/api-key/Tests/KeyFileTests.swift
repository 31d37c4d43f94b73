import ApiKeyFilter
import Foundation
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct KeyFileTests {
    private let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("weir-keys-\(UUID().uuidString)").path

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private func name(of key: String, _ test: FilterTest) throws -> String? {
        let exchange = test.begin(TestRequest(headers: ["x-api-key": key]))
        try exchange.run()
        return exchange.identities.last?.name.description
    }

    private func problem(_ text: String) throws -> String? {
        try write(text)
        let error = #expect(throws: ConfigurationError.self) {
            try FilterTest(ApiKey.self, ["file": .text(path)])
        }
        return error?.description
    }

    @Test func aFileIsFollowed() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write(
            "# ours\r\n\nacme:\(digest("one").uppercased())\r\n  acme:\(digest("two"))\n"
                + "a:b c:\(digest("three"))")
        let services = TestServices()
        let test = try FilterTest(
            ApiKey.self,
            ["file": .text(path), "keys": [["name": "fixed", "sha256": .text(digest("fixed"))]]],
            services: services)
        #expect(try name(of: "one", test) == "acme")
        #expect(try name(of: "two", test) == "acme")
        #expect(try name(of: "three", test) == "a:b c")
        #expect(try name(of: "fixed", test) == "fixed")
        #expect(services.gauge("weir_api_key_keys") == 4)

        // A file that is no good changes nothing.
        try write("acme:\(digest("four"))\nthree")
        services.change(path)
        #expect(try name(of: "one", test) == "acme")
        #expect(try name(of: "four", test) == nil)
        #expect(services.lines.last?.contains("stays in use: line 2: expected NAME:SHA256") == true)

        try write("acme:\(digest("four"))\n")
        services.change(path)
        #expect(try name(of: "one", test) == nil)
        #expect(try name(of: "four", test) == "acme")
        #expect(try name(of: "fixed", test) == "fixed")
        #expect(services.gauge("weir_api_key_keys") == 2)
    }

    @Test func aBadFileIsRefused() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let line = "acme:\(digest("one"))"
        #expect(
            try problem("acme")?.hasPrefix("file: \(path): line 1: expected NAME:SHA256") == true)
        #expect(try problem("\(line)\n:\(digest("two"))")?.contains("line 2") == true)
        // Nothing of the line is shown, for it may be a key.
        #expect(try problem("acme:my-own-secret-key")?.contains("my-own") == false)
        #expect(try problem("\(line)\n\n\(line)")?.contains("line 3: the same key") == true)
        try FileManager.default.removeItem(atPath: path)
        let error = #expect(throws: ConfigurationError.self) {
            try FilterTest(ApiKey.self, ["file": .text(path)])
        }
        #expect(error?.description == "file: \(path): no such file")
    }

    @Test func anEmptyFileLetsNobodyIn() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write("")
        let test = try FilterTest(ApiKey.self, ["file": .text(path)])
        #expect(try name(of: "one", test) == nil)
    }
}

@Suite struct ApiKeyConfigurationTests {
    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(ApiKey.self, configuration).configurationError
        }
        let good: TestConfiguration = ["name": "a", "sha256": .text(digest("a"))]
        #expect(error(nil)?.message == "expected `keys` or `file`")
        #expect(error(["keys": []]) == nil)
        #expect(error(["keys": [good, good]])?.path == ["keys", "1"])
        #expect(error(["keys": [["name": "a"]]])?.message == "expected `sha256` or `secret`")
        #expect(
            error(["keys": [["name": "a", "sha256": "b", "secret": "c"]]])?.path == ["keys", "0"])
        #expect(error(["keys": [["name": "a", "sha256": "b"]]])?.path == ["keys", "0", "sha256"])
        let short = error(["keys": [["name": "a", "secret": "too-short-to-do"]]])
        #expect(short?.path == ["keys", "0", "secret"])
        #expect(short?.message.contains("too-short-to-do") == false)
        for name in ["", " a", "a\n", "a\tb"] as [String] {
            let key: TestConfiguration = ["name": .text(name), "sha256": .text(digest("a"))]
            #expect(error(["keys": [key]])?.path == ["keys", "0", "name"])
        }
        #expect(error(["keys": [good], "from": []])?.path == ["from"])
        #expect(error(["keys": [good], "from": ["x-api-key"]])?.path == ["from", "0"])
        #expect(error(["keys": [good], "realm": "a\"b"])?.path == ["realm"])
        #expect(error(["keys": [good], "client-header": "host"])?.path == ["clientHeader"])
        #expect(error(["keys": [good], "client-header": "a b"])?.path == ["clientHeader"])
        // It would be taken away before a key is looked for in it.
        for name in ["x-api-key", "X-API-KEY", "x_api_key"] as [TestConfiguration] {
            #expect(error(["keys": [good], "client-header": name])?.path == ["clientHeader"])
        }
        let places: TestConfiguration = ["query:x-client", "cookie:x-client", "header:x-key"]
        #expect(error(["keys": [good], "client-header": "x-client", "from": places]) == nil)
        #expect(
            error(["keys": [good], "client-header": "X_Key", "from": places])?.path
                == ["clientHeader"])
        #expect(error(["keys": [good], "strp": true])?.path == ["strp"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        let key: TestConfiguration = ["name": "a", "sha256": .text(digest("a")), "labels": [:]]
        #expect(try TestFilter(ApiKey.self, ["keys": [key]]).documentationErrors() == [])
    }

    @Test func theToolMakesAKeyAndItsLine() throws {
        let tool = try #require(ApiKey.tools.first { $0.name == "api-key new" })
        let lines = try tool.run(["acme corp"]).split(separator: "\n").map(String.init)
        try #require(lines.count == 2)
        let key = String(lines[0].dropFirst("key:  ".count))
        #expect(key.count == 64)
        #expect(lines[1] == "line: acme corp:\(digest(key))")
        #expect(try tool.run(["acme"]) != tool.run(["acme"]))
        for words in [[], ["a", "b"], [""], ["#a"]] as [[String]] {
            #expect(throws: ConfigurationError.self) { try tool.run(words) }
        }
    }
}
