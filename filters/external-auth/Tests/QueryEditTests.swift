import Testing
import WeirBase

@testable import ExternalAuthFilter

@Suite struct QueryEditTests {
    @Test(
        arguments: [
            ("a=1&b=2", [("a", "3")], [], "b=2&a=3"), ("a=1&b=2", [], ["a"], "b=2"),
            ("a=1", [], ["a"], nil), (nil, [("a", "")], [], "a="), (nil, [], ["a"], nil),
            ("%61=1&a&a=&b", [], ["a"], "b"), ("a+b=1", [], ["a b"], nil),
            ("x=%zz&&y", [("é/", "~")], [], "x=%zz&y&%C3%A9%2F=~"),
            ("a=1&b=2", [("b", "1"), ("a", "2")], ["c"], "b=1&a=2"),
        ] as [(String?, [(String, String)], [String], String?)])
    func parametersChange(
        _ query: String?, _ assigned: [(String, String)], _ removed: [String], _ expected: String?
    ) {
        let edit = QueryEdit(
            assigned: assigned.map { (ByteString($0.0), ByteString($0.1)) },
            removed: removed.map { ByteString($0) })
        #expect(edit.applied(to: query.map { ByteString($0) })?.description == expected)
    }
}
