import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

@Suite struct BaggageTests {
    private func baggage(
        _ lines: String..., configuration: TestConfiguration = [:]
    ) throws -> [String] {
        var fields: TestFields = [:]
        fields.lines = lines.map { TestFields.Line("Baggage", $0) }
        return try TracingBench(configuration).forwarded(fields).values("baggage")
    }

    @Test(arguments: [
        "a=1", "key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=x",
        "SomeKey \t = \t SomeValue \t ; \t SomeProp \t , \t b \t = \t c", "a=b=c", "a=", "a=%20%C3",
        "a=1,a=2",
    ])
    func whatIsWellFormedStaysAsItIs(value: String) throws {
        #expect(try baggage(value) == [value])
        #expect(try baggage(value, "z=1") == [value, "z=1"])
    }

    @Test func malformedMembersAreLeftOut() throws {
        #expect(try baggage("a=1,b,c=3") == ["a=1,c=3"])
        #expect(try baggage("a=1,=2") == ["a=1"])
        #expect(try baggage("a=\"1\",b=2") == ["b=2"])
        #expect(try baggage("a=1 2,b=2;") == [])
        #expect(try baggage("b=2;p=\\,c=1") == ["c=1"])
        #expect(try baggage("a b=1") == [])
        #expect(try baggage("") == [])
        #expect(try baggage("a=1", "é=2") == ["a=1"])
    }

    @Test func boundsHoldForAllLinesTogether() throws {
        func members(_ count: Int, _ name: String = "k") -> String {
            (0..<count).map { "\(name)\($0)=v" }.joined(separator: ",")
        }
        #expect(try baggage(members(64)) == [members(64)])
        #expect(try baggage(members(65)) == [members(64)])
        #expect(try baggage(members(60), members(4, "m")) == [members(60), members(4, "m")])
        #expect(
            try baggage(members(60), members(5, "m")) == [members(60) + "," + members(4, "m")])
        let half = "a=" + String(repeating: "x", count: 4094)
        #expect(half.utf8.count == 4096)
        #expect(try baggage(half, String(half.dropLast())) == [half, String(half.dropLast())])
        // No member goes on in part, and a smaller one behind it still fits.
        #expect(try baggage(half, half, "b=1") == [half + ",b=1"])
    }

    @Test func outsidersBaggageEndsHere() throws {
        #expect(try baggage("a=1", configuration: ["trust-parent": false]) == [])
        #expect(
            try baggage(
                "a=1", configuration: ["trust-parent": false, "baggage": ["forward": true]])
                == ["a=1"])
        #expect(try baggage("a=1", configuration: ["baggage": ["forward": false]]) == [])
    }

    @Test func membersBecomeAttributes() throws {
        let bench = try TracingBench(["baggage": ["attributes": ["tenant", "name", "none"]]])
        _ = try bench.forwarded([
            "baggage": "other=1, tenant = a%20b ;p=1,name=Am%C3%A9lie%FF", "Baggage": "tenant=2",
        ])
        let attributes = try #require(try bench.spans().first?["attributes"])
        #expect(attributes["baggage.tenant"] == .string("a b"))
        #expect(attributes["baggage.name"] == .string("Amélie\u{FFFD}"))
        #expect(attributes["baggage.none"] == nil && attributes["baggage.other"] == nil)
    }
}
