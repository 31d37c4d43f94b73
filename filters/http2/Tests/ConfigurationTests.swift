import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import Http2Filter

/// Decodes a codec's configuration the way that filters' tests do.
private struct Decoding: FilterFactory {
    static let name = Http2.name
    static let documentation = Http2.documentation
    let phases: Phases = []
    let settings: CodecSettings

    init(_ configuration: Http2.Configuration) throws {
        settings = try CodecSettings(configuration)
    }

    func makeFilter() -> any HTTPFilter { Nothing() }

    private final class Nothing: HTTPFilter {}
}

@Suite struct ConfigurationTests {
    private func settings(_ configuration: TestConfiguration) throws -> CodecSettings {
        let made = try TestFilter(Decoding.self, configuration).makeFactory()
        return try #require(made as? Decoding).settings
    }

    @Test func nothingMeansTheDefaults() throws {
        let settings = try settings(nil)
        #expect(settings.maxStreams == 100)
        #expect(settings.streamWindow == 65_536)
        #expect(settings.connectionWindow == 1_048_576)
        #expect(settings.maxHeaderList == nil)
        #expect(settings.keepAliveInterval == nil)
        #expect(settings.maxAge == nil)
        #expect(settings.extendedConnect)
        #expect(settings.flood.resets == 100)
    }

    @Test func everyFieldCounts() throws {
        let settings = try settings([
            "max-concurrent-streams": 7, "initial-window": "128KiB", "connection-window": "2MiB",
            "max-frame-size": "32KiB", "header-table-size": 0, "max-header-list": "8KiB",
            "stream-buffer": "16KiB", "keep-alive": ["interval": "30s", "timeout": "5s"],
            "max-age": "1h", "extended-connect": false,
            "flood": [
                "window": "20s", "resets": 1, "bad-frames": 2, "pings": 3, "settings": 4,
                "priority": 5, "window-updates": 6, "empty-frames": 7, "continuations": 8,
                "large-heads": 9, "refusals": 10,
            ],
        ])
        #expect(settings.maxStreams == 7)
        #expect(settings.streamWindow == 128 * 1024)
        #expect(settings.connectionWindow == 2 * 1024 * 1024)
        #expect(settings.maxFrameSize == 32 * 1024)
        #expect(settings.headerTableSize == 0)
        #expect(settings.maxHeaderList == 8192)
        #expect(settings.streamBuffer == 16 * 1024)
        #expect(settings.keepAliveInterval == .seconds(30))
        #expect(settings.keepAliveTimeout == .seconds(5))
        #expect(settings.maxAge == .seconds(3600))
        #expect(!settings.extendedConnect)
        let flood = settings.flood
        #expect(flood.window == .seconds(20))
        #expect(
            [
                flood.resets, flood.badFrames, flood.pings, flood.settings, flood.priority,
                flood.windowUpdates, flood.emptyFrames, flood.continuations, flood.largeHeads,
                flood.refusals,
            ] == Array(1...10))
    }

    @Test func offIsNoTime() throws {
        let settings = try settings(["keep-alive": ["interval": "off"], "max-age": "off"])
        #expect(settings.keepAliveInterval == nil)
        #expect(settings.maxAge == nil)
    }

    @Test(
        arguments: [
            (["max-concurrent-streams": 0], "max-concurrent-streams"),
            (["initial-window": "1KB"], "initial-window"),
            (["initial-window": "32MiB"], "initial-window"),
            (["connection-window": "32KiB"], "connection-window"),
            (["initial-window": "2MiB", "connection-window": "1MiB"], "connection-window"),
            (["max-frame-size": "8KiB"], "max-frame-size"),
            (["header-table-size": "1MiB"], "header-table-size"),
            (["max-header-list": 1], "max-header-list"),
            (["stream-buffer": 1], "stream-buffer"),
            (["keep-alive": ["interval": "soon"]], "keep-alive.interval"),
            (["keep-alive": ["interval": "10ms"]], "keep-alive.interval"),
            (["keep-alive": ["timeout": "0s"]], "keep-alive.timeout"),
            (["max-age": "0s"], "max-age"),
            (["flood": ["resets": 0]], "flood.resets"),
            (["flood": ["window": "1ms"]], "flood.window"),
        ] as [(TestConfiguration, String)])
    func errorsNameTheField(_ configuration: TestConfiguration, _ field: String) throws {
        let error = try #require(TestFilter(Decoding.self, configuration).configurationError)
        #expect(error.path.joined(separator: ".") == field)
        #expect(error.message.hasPrefix("expected"))
    }

    @Test func aLargeStreamWindowWidensTheConnectionsDefault() throws {
        #expect(try settings(["initial-window": "4MiB"]).connectionWindow == 4 * 1024 * 1024)
    }

    @Test func theDocumentationNamesEveryField() throws {
        let all: TestConfiguration = [
            "max-concurrent-streams": 7, "initial-window": "128KiB", "connection-window": "2MiB",
            "max-frame-size": "32KiB", "header-table-size": 0, "max-header-list": "8KiB",
            "stream-buffer": "16KiB", "keep-alive": ["interval": "30s", "timeout": "5s"],
            "max-age": "1h", "extended-connect": false,
            "flood": [
                "window": "20s", "resets": 1, "bad-frames": 2, "pings": 3, "settings": 4,
                "priority": 5, "window-updates": 6, "empty-frames": 7, "continuations": 8,
                "large-heads": 9, "refusals": 10,
            ],
        ]
        let problems = try TestFilter(Decoding.self, all).documentationErrors()
        #expect(problems == [])
    }
}
