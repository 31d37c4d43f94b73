import Testing
import WeirBase
import WeirFilter

/// What is found out about types of configuration.
@Suite struct SchemaTracerTests {
    private enum Mode: String, Decodable, CaseIterable { case fast, slow }
    private enum Level: Int, Decodable, CaseIterable { case low = 1, high = 9 }

    private struct Inner: Decodable {
        var port: UInt16
        var mode: Mode
        var level: Level?
        var file: ConfigFile
    }

    private struct Outer: Decodable {
        var maxStreams: Int?
        var inner: Inner
        var list: [Inner]?
        var map: [String: ConfigDuration]?
        var ratio: Double?
        var isOn: Bool
        var secret: Secret
        var jwksURL: String?
    }

    /// Each place with what may stand there.
    private func words(_ schema: ConfigurationSchema) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: schema.places.map { place in
                (place.path, place.field.schema.words + (place.field.isRequired ? "!" : ""))
            })
    }

    @Test func fieldsAreFoundWithTheirTypes() {
        #expect(
            words(.of(Outer.self)) == [
                "max-streams": "whole number", "jwks-url": "text", "ratio": "number",
                "is-on": "true or false!", "map": "mapping of names to duration",
                "secret": "secret, or mapping!", "secret.file": "path!", "inner": "mapping!",
                "inner.port": "whole number from 0 to 65535!", "inner.mode": "fast or slow!",
                "inner.level": "1 or 9", "inner.file": "path!", "list": "list of mapping",
                "list.port": "whole number from 0 to 65535!", "list.mode": "fast or slow!",
                "list.level": "1 or 9", "list.file": "path!",
            ])
    }

    private struct Tree: Decodable {
        var name: String
        var children: [Tree]?
    }

    @Test func typesWithinThemselvesEnd() throws {
        let schema = ConfigurationSchema.of(Tree.self)
        #expect(words(schema) == ["name": "text!", "children": "list of tree"])
        guard case .named("tree", _) = schema.shape else {
            Issue.record("not named: \(schema)")
            return
        }
    }

    private struct ByHand: Decodable {
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            _ = try container.decode(Int.self, forKey: .first)
            if container.contains(.second) {
                _ = try container.decode(String.self, forKey: .second)
            }
            let nested = try container.nestedContainer(keyedBy: Key.self, forKey: .third)
            _ = try nested.decodeIfPresent(Bool.self, forKey: .first)
            var list = try container.nestedUnkeyedContainer(forKey: .fourth)
            while !list.isAtEnd { _ = try list.decode(Mode.self) }
        }

        private enum Key: String, CodingKey { case first, second, third, fourth }
    }

    @Test func containersAreSeenThrough() {
        #expect(
            words(.of(ByHand.self)) == [
                "first": "whole number!", "second": "text", "third": "mapping!",
                "third.first": "true or false", "fourth": "list of fast or slow!",
            ])
    }

    private struct Picky: Decodable {
        var first: Int

        init(from decoder: any Decoder) throws {
            first = try decoder.container(keyedBy: Key.self).decode(Int.self, forKey: .first)
            if first == 0 { throw ConfigurationError("expected more than 0") }
        }

        private enum Key: String, CodingKey { case first }
    }

    @Test func whatRefusesToBeTracedStaysOpen() throws {
        guard case .object(let object) = ConfigurationSchema.of(Picky.self).shape else {
            Issue.record("no mapping")
            return
        }
        #expect(object.isOpen && object.fields.map(\.name) == ["first"])
    }

    @Test func conditionsEnd() {
        let places = RequestCondition.Configuration.schema.places
        #expect(places.contains { $0.path == "certificate.dns-names" })
        #expect(places.contains { $0.path == "not" && !$0.isInner })
        #expect(places.filter { $0.field.meaning == nil && !$0.isInner }.map(\.path) == [])
    }

    @Test func documentationGivesMeaningsDefaultsAndRanges() {
        let schema = ConfigurationSchema.of(Outer.self).described(by: [
            ConfigurationField(
                "max-streams", "number", default: "7", "How many.", allows: .integer(1...9)),
            ConfigurationField("inner.port", "port", default: nil, "Where."),
            ConfigurationField("mode", "word", default: nil, "How."),
        ])
        let fields = Dictionary(uniqueKeysWithValues: schema.places.map { ($0.path, $0.field) })
        #expect(fields["max-streams"]?.schema.words == "whole number from 1 to 9")
        #expect(fields["max-streams"]?.defaultValue == "7")
        #expect(fields["inner.port"]?.meaning == "Where.")
        // What is explained once holds wherever it stands.
        #expect(fields["list.mode"]?.meaning == "How.")
        #expect(fields["ratio"]?.meaning == nil)
    }
}
