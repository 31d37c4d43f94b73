import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ConfigurationReaderTests {
    private struct Sample: Decodable, Sendable {
        struct Inner: Decodable, Sendable {
            var duration: ConfigDuration
            var names: [String]?
        }
        enum Mode: String, Decodable, Sendable { case soft, hard }
        var maxStreams: Int
        var ratio: Double?
        var isOn: Bool?
        var mode: Mode?
        var inner: Inner?
        var table: [String: Int]?
        var label: String?
    }

    private func read(_ configuration: TestConfiguration) throws -> Sample {
        try TestFilter.decode(Sample.self, from: configuration)
    }

    private func error(_ configuration: TestConfiguration) -> String {
        do throws(ConfigurationError) {
            _ = try TestFilter.decode(Sample.self, from: configuration)
            return "no error"
        } catch { return error.description }
    }

    @Test func literalsBecomeValues() throws {
        let sample = try read([
            "max-streams": 5, "ratio": 0.5, "is-on": true, "mode": "hard", "label": 503,
            "inner": ["duration": "250ms", "names": ["a", "b"]], "table": ["x-a": 1, "x-b": 2],
        ])
        #expect(sample.maxStreams == 5)
        #expect(sample.ratio == 0.5)
        #expect(sample.isOn == true)
        #expect(sample.mode == .hard)
        #expect(sample.inner?.duration.interval == .milliseconds(250))
        #expect(sample.inner?.names == ["a", "b"])
        #expect(sample.table == ["x-a": 1, "x-b": 2])
        // Any scalar can be read as text, as in a file.
        #expect(sample.label == "503")
    }

    @Test func whatIsLeftOutIsNil() throws {
        let sample = try read(["max-streams": 5, "ratio": nil])
        #expect(sample.ratio == nil && sample.inner == nil && sample.table == nil)
    }

    @Test func errorsNameTheField() {
        #expect(error([:]) == "the key `max-streams` is missing")
        #expect(error(nil) == "the key `max-streams` is missing")
        #expect(
            error(["max-streams": "5"]) == "max-streams: expected a whole number, found `\"5\"`")
        #expect(error("text") == "expected a mapping, found `\"text\"`")
        #expect(error(["max-streams": 1, "inner": ["duration": 3]]).hasPrefix("inner.duration: "))
        #expect(
            error(["max-streams": 1, "inner": ["duration": "1s", "names": ["a", []]]])
                == "inner.names.1: expected text, found a list")
        #expect(error(["max-streams": 1, "mode": "medium"]).hasPrefix("mode: "))
    }

    @Test func unknownKeysAreErrors() {
        #expect(
            error(["max-streams": 1, "inner": ["duration": "1s", "nmaes": []]])
                == "inner.nmaes: unknown key `nmaes`; expected one of duration, names")
        // Fields are written with hyphens only.
        #expect(error(["maxStreams": 1]).contains("missing"))
    }

    @Test func descriptionIsJSON() {
        let configuration: TestConfiguration = [
            "b": [1, 2.5, true, nil, "a \"quoted\"\n\u{1}text\\"], "a": [:],
        ]
        #expect(
            configuration.description
                == #"{"b": [1, 2.5, true, null, "a \"quoted\"\n\u0001text\\"], "a": {}}"#)
    }
}
