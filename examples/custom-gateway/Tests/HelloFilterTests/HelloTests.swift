import HelloFilter
import Testing
import WeirFilter
import WeirTesting

@Test func theClientIsGreeted() throws {
    let test = try FilterTest(Hello.self, ["name": "Ada"])
    #expect(try test.everySplit().response?.headers["x-hello"] == "Ada")
}

@Test func theWorldIsGreetedByDefault() throws {
    let test = try FilterTest(Hello.self)
    #expect(try test.exchange().response?.headers["x-hello"] == "world")
}

@Test(arguments: ["", "two\nlines"]) func badNamesAreRefused(_ name: String) {
    let filter = TestFilter(Hello.self, ["name": .text(name)])
    #expect(filter.configurationError?.path == ["name"])
}

@Test func documentationFits() throws {
    #expect(try TestFilter(Hello.self).documentationErrors() == [])
}
