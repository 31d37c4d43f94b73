import Testing
import WeirRouting

@Suite struct CaptureTests {
    @Test(
        arguments: [
            ("/users/{id}", "/users/42", ["id": "42"]),
            ("/users/{id}", "/users/", nil),
            ("/users/{id}", "/users/42/", nil),
            ("/users/{id}/", "/users/42/", ["id": "42"]),
            ("/{a}/x/{b}", "/1/x/2", ["a": "1", "b": "2"]),
            ("/files/{rest=**}", "/files/a/b/", ["rest": "a/b/"]),
            ("/files/{rest=**}", "/files/", ["rest": ""]),
            ("/files/{rest=**}", "/files", ["rest": ""]),
            ("/files/{rest=**}", "/filesystem", nil),
            (
                "/u/{id}/files/{rest=**}", "/u/long-identifier-1/files/a/b",
                [
                    "id": "long-identifier-1", "rest": "a/b",
                ]
            ),
            ("/{rest=**}", "/a", ["rest": "a"]),
            ("/v1/**", "/v1/a", [:]),
            ("~/u/(?P<id>[0-9]+)(?P<rest>/.*)?", "/u/7", ["id": "7", "rest": ""]),
            ("~/u/(?P<id>[0-9]+)(?P<rest>/.*)?", "/u/7/x", ["id": "7", "rest": "/x"]),
            ("~/u/([0-9]+)", "/u/7", [:]),
        ] as [(String, String, [String: String]?)])
    func captures(_ pattern: String, _ path: String, _ expected: [String: String]?) throws {
        let index = try RouteIndex([route(pattern)])
        #expect(index.captured(by: request(path)) == expected)
    }

    @Test func deadEndsLeaveNoCaptures() throws {
        let index = try RouteIndex([
            route("/{a}/{b}/{c}/end"),
            route("/{a}/{b}/{rest=**}", methods: ["POST"]),
            route("/x/{b}/no"),
            route("/{all=**}"),
        ])
        #expect(index.captured(by: request("/x/y/z")) == ["all": "x/y/z"])
        #expect(
            index.captured(by: request("/x/y/z", method: "POST"))
                == ["a": "x", "b": "y", "rest": "z"])
        let none = try RouteIndex([route("/{a}/{b}/end")])
        var captures = [1..<2]
        #expect(none.match(request("/x/y/z"), captures: &captures) == nil)
        #expect(captures.isEmpty)
    }

    @Test func oneSegmentMayHaveOtherNamesInOtherRoutes() throws {
        let index = try RouteIndex([route("/u/{id}"), route("/u/{name}/x")])
        #expect(index.captured(by: request("/u/1")) == ["id": "1"])
        #expect(index.captured(by: request("/u/1/x")) == ["name": "1"])
    }
}
