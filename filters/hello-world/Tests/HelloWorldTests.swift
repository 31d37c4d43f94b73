import HelloWorldFilter
import Testing
import WeirFilter
import WeirTesting

@Test func theClientIsGreeted() throws {
    let test = try FilterTest(HelloWorld.self, ["name": "Ada"])
    #expect(try test.everySplit().response?.headers["x-hello-world"] == "Ada")
}

@Test func theWorldIsGreetedByDefault() throws {
    let test = try FilterTest(HelloWorld.self)
    #expect(try test.exchange().response?.headers["x-hello-world"] == "world")
}

@Test(arguments: ["", "two\nlines"]) func badNamesAreRefused(_ name: String) {
    let filter = TestFilter(HelloWorld.self, ["name": .text(name)])
    #expect(filter.configurationError?.path == ["name"])
}

@Test func documentationFits() throws {
    #expect(try TestFilter(HelloWorld.self).documentationErrors() == [])
}
