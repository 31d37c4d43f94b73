import Testing
import WeirScaffold

@Suite struct NameTests {
    @Test(arguments: [
        ("hello", "Hello"), ("hello-world", "HelloWorld"), ("a1-2b", "A12b"), ("x", "X"),
    ])
    func namesBecomeTypes(text: String, factory: String) throws {
        let name = try FilterName(text)
        #expect(name.factory == factory)
        #expect(name.module == factory + "Filter")
        #expect("\(name)" == text)
    }

    @Test(arguments: [
        "", "-", "Hello", "hello_world", "hello--world", "-a", "a-", "1a", "a/b", "..", "é", "a b",
    ])
    func othersAreRefused(text: String) {
        let filter = #expect(throws: ScaffoldError.self) { try FilterName(text) }
        #expect(filter?.description.contains("not `\(text)`") == true)
        #expect(throws: ScaffoldError.self) { try PackageName(text) }
    }

    @Test func namesThatAreTakenAreRefused() {
        let taken = #expect(throws: ScaffoldError.self) {
            try FilterName("fault", besides: ["access", "fault"])
        }
        #expect(taken?.description == "there is a filter `fault` already; choose another name")
        #expect(throws: ScaffoldError.self) { try FilterName("weir") }
        #expect(throws: ScaffoldError.self) { try FilterName("off") }
        #expect(throws: ScaffoldError.self) { try PackageName("weir") }
    }
}
