import Foundation
import MaintenanceFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct MaintenanceTests {
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "weir-maintenance-\(UUID().uuidString)")

    private func write(_ text: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "maintenance")
        try Data(text.utf8).write(to: file)
        return file.path()
    }

    private func everything(_ file: String) -> TestConfiguration {
        [
            "name": "shop", "file": .text(file), "page": "<p>soon</p>",
            "content-type": "text/html", "retry-after": "90s", "allow": ["198.51.100.0/24"],
        ]
    }

    @Test func theFileSwitchesIt() throws {
        let path = try write("on\n")
        defer { try? FileManager.default.removeItem(at: folder) }
        let services = TestServices()
        let test = try FilterTest(Maintenance.self, everything(path), services: services)
        let result = try test.everySplit(TestRequest("POST", body: "abc"))
        #expect(result.response?.status == 503)
        #expect(result.cause == "maintenance")
        #expect(result.response?.body == "<p>soon</p>")
        #expect(result.response?.headers["retry-after"] == "90")
        #expect(result.response?.headers["content-type"] == "text/html")
        #expect(result.upstreamRequest == nil)

        _ = try write("off")
        services.change(path)
        #expect(try test.exchange().response?.status == 200)
        _ = try write("perhaps")
        services.change(path)
        #expect(try test.exchange().response?.status == 200)
        #expect(services.lines.contains { $0.contains("expected `on` or `off`") })
    }

    @Test func anOperatorHasTheLastWord() throws {
        let services = TestServices()
        let test = try FilterTest(Maintenance.self, services: services)
        let control = try #require(services.control("default"))
        #expect(try test.everySplit().response?.status == 200)
        try control.change([("enabled", "true")])
        #expect(try test.everySplit().response?.status == 503)
        #expect(control.state.map(\.value) == ["true"])
        // A reload makes another factory; the switch stays.
        let reloaded = try FilterTest(Maintenance.self, services: services)
        #expect(try reloaded.exchange().response?.status == 503)
        try control.change([("enabled", "file")])
        #expect(try reloaded.exchange().response?.status == 200)
        #expect(throws: ConfigurationError.self) { try control.change([("enabled", "1")]) }
        #expect(throws: ConfigurationError.self) {
            try control.change([("enabled", "true"), ("enable", "true")])
        }
        #expect(try test.exchange().response?.status == 200)
    }

    @Test func someAreLetThrough() throws {
        let services = TestServices()
        let test = try FilterTest(
            Maintenance.self, ["allow": ["198.51.100.0/24"]], services: services)
        try services.control("default")?.change([("enabled", "true")])
        var request = TestRequest()
        request.client = IPAddress("198.51.100.7")
        #expect(try test.everySplit(request).response?.status == 200)
        request.client = nil
        #expect(try test.everySplit(request).response?.status == 503)
    }

    @Test func mistakesAreNamed() throws {
        func path(_ configuration: TestConfiguration) -> [String]? {
            TestFilter(Maintenance.self, configuration).configurationError?.path
        }
        #expect(path(["allow": ["10.0.0.0/8", "10.0.0.1/8"]]) == ["allow", "1"])
        #expect(path(["name": "a b"]) == ["name"])
        let missing = #expect(throws: ConfigurationError.self) {
            _ = try FilterTest(Maintenance.self, ["file": "/nowhere/maintenance"])
        }
        #expect(missing?.path == ["file"])
    }

    @Test func theDocumentationIsComplete() throws {
        #expect(
            try TestFilter(Maintenance.self, everything("/tmp/x")).documentationErrors() == [])
    }
}
