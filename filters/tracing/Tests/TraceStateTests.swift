import Testing
import WeirBase
import WeirTesting

@testable import TracingFilter

@Suite struct TraceStateTests {
    private static let parent = "00-12345678901234567890123456789012-1234567890123456-00"

    /// What becomes of lines of `tracestate` beside a good `traceparent`, which stays good.
    private func state(_ lines: String..., name: String = "tracestate") throws -> [String] {
        var fields: TestFields = ["traceparent": Self.parent]
        fields.lines += lines.map { TestFields.Line(name, $0) }
        let forwarded = try TracingBench().forwarded(fields)
        #expect(
            forwarded["traceparent"]?.hasPrefix("00-12345678901234567890123456789012-") == true)
        return forwarded.values("tracestate")
    }

    @Test(arguments: [
        "foo=1", "foo=1,bar=2", "foo=1 , bar=2", "foo=1\t \t,\t \tbar=2", "foo=1,", ",foo=1",
        "foo=1,,bar=2", "foo=1, ,bar=2", "1a-2f@foo=bar1", "foo@=1,bar=2", "foo@@bar=1,bar=2",
        "foo@bar@baz=1,bar=2", "foo=1,foo=1", "foo=1,foo=2", "a/b*c_d-e=~!$%^&()<>?[]{}|;:'\"`",
        "foo= a b", "foo=1;2",
    ])
    func whatIsWellFormedStaysAsItIs(value: String) throws {
        #expect(try state(value) == [value])
    }

    @Test(arguments: [
        "foo", "foo=", "=1", "=", "foo=1,bar", "foo=,bar=3", "foo=bar=baz", "foo =1", "FOO=1",
        "foo.bar=1", "@foo=1,bar=2", "foo=\u{e9}", "foo=a\tb", "föö=1", "-a=1",
    ])
    func whatIsMalformedIsDropped(value: String) throws {
        #expect(try state(value) == [])
        #expect(try state("good=1", value) == [])
    }

    @Test func emptyListsAreNotSent() throws {
        #expect(try state("") == [])
        #expect(try state(" ", ",", ",\t,") == [])
        #expect(try state("foo=1", "") == ["foo=1"])
        #expect(try state("", "foo=1") == ["foo=1"])
    }

    @Test func severalLinesBecomeOne() throws {
        #expect(
            try state("foo=1,bar=2", "rojo=1, congo=2", "baz=3")
                == ["foo=1,bar=2,rojo=1,congo=2,baz=3"])
    }

    @Test func namesHaveNoCase() throws {
        #expect(try state("foo=1", name: "TraceState") == ["foo=1"])
        #expect(try state("foo=1", name: "trace-state") == [])
    }

    @Test func thirtyTwoMembersAreTheMost() throws {
        func members(_ count: Int) -> String {
            (1...count).map { "bar\($0)=\($0)" }.joined(separator: ",")
        }
        #expect(try state(members(32)) == [members(32)])
        #expect(try state(members(33)) == [])
        #expect(try state(members(30), "a=1,b=2") == [members(30) + ",a=1,b=2"])
        #expect(try state(members(30), "a=1,b=2,c=3") == [])
    }

    @Test func keysAndValuesHaveLengths() throws {
        let key = String(repeating: "z", count: 256)
        #expect(try state("\(key)=1") == ["\(key)=1"])
        #expect(try state("z\(key)=1") == [])
        let tenant = String(repeating: "t", count: 241) + "@" + String(repeating: "v", count: 14)
        #expect(try state("foo=1", "\(tenant)=1") == ["foo=1,\(tenant)=1"])
        #expect(try state("a=\(key)") == ["a=\(key)"])
        #expect(try state("a=z\(key)") == [])
    }

    @Test func longListsLoseLongMembersThenTheLast() throws {
        let long = "long=" + String(repeating: "x", count: 200)
        let short = (1...9).map { "s\($0)=" + String(repeating: "y", count: 47) }
        // 9 × 50 + 8 commas fit into 512 bytes, the long one beside them does not.
        let all = ([short[0], long] + short[1...]).joined(separator: ",")
        #expect(try state(all) == [short.joined(separator: ",")])
        let more = (1...20).map { "s\(10 + $0)=" + String(repeating: "y", count: 46) }
        #expect(try state(more.joined(separator: ",")) == [more[..<10].joined(separator: ",")])
        // Exactly 512 bytes stay.
        let exact =
            "a=" + String(repeating: "1", count: 254) + ",b="
            + String(repeating: "2", count: 253)
        #expect(exact.utf8.count == 512)
        #expect(try state(exact) == [exact])
        #expect(try state(exact + ",c=1").map(\.utf8.count) == [260])
    }

    @Test func withoutATraceThereIsNoState() throws {
        let bench = try TracingBench()
        #expect(try bench.forwarded(["tracestate": "foo=1"])["tracestate"] == nil)
        let edge = try TracingBench(["trust-parent": false])
        let fields = try edge.forwarded(["traceparent": Self.parent, "tracestate": "foo=1"])
        #expect(fields["tracestate"] == nil)
    }

    @Test func whereNothingIsRecordedTheParentStays() throws {
        let test = try FilterTest(Tracing.self)
        let fields: TestFields = ["traceparent": Self.parent, "tracestate": "is malformed"]
        let result = try test.exchange(TestRequest(headers: fields))
        #expect(result.upstreamRequest?.headers == fields)
    }
}
