import Foundation
import Testing
import WeirLiveTesting

/// One spelling of a path for routes, filters and the upstream; what is ambiguous is refused.
@Suite struct PathTests {
    static let kept: [(sent: String, got: String)] = [
        ("/", "/"), ("/a/b", "/a/b"), ("/a/", "/a/"), ("/a/./b", "/a/b"), ("/a/../b", "/b"),
        ("/a/b/..", "/a/"), ("/a/b/.", "/a/b/"), ("//a", "/a"), ("/a//b///c", "/a/b/c"),
        ("/a/%2e%2E/b", "/b"), ("/a/%2e/b", "/a/b"), ("/a//../b", "/b"), ("/%41%7e", "/A~"),
        ("/%c3%a9", "/%C3%A9"), ("/a%20b", "/a%20b"), ("/a%3ab", "/a%3Ab"), ("/...", "/..."),
        ("/.hidden", "/.hidden"), ("/a?b=/../c;d&%2f", "/a?b=/../c;d&%2f"), ("/a?", "/a?"),
        ("/a:b@c,d=e+f!g$h'(i)*", "/a:b@c,d=e+f!g$h'(i)*"),
    ]

    @Test func theOriginGetsTheCanonicalPath() throws {
        let origin = try Origin(answering: { request in Answer.ok(request.target) })
        let client = try Gateway(to: origin).client()
        for (sent, got) in Self.kept {
            #expect(try client.get(sent).body.text == got, "\(sent)")
        }
    }

    static let refused: [(path: String, cause: String)] = [
        ("/..", "path_above_root"), ("/../a", "path_above_root"),
        ("/a/../../b", "path_above_root"), ("/%2e%2e/a", "path_above_root"),
        ("/a%2fb", "path_escaped_slash"), ("/a%2Fb", "path_escaped_slash"),
        ("/a%5cb", "path_backslash"), ("/a\\b", "path_backslash"),
        ("/a/..%2f..%2fetc", "path_escaped_slash"), ("/a%00b", "path_escaped_nul"),
        ("/a%0ab", "path_escaped_control"), ("/a%0d%0ab", "path_escaped_control"),
        ("/a%zzb", "path_bad_escape"), ("/a%4", "path_bad_escape"), ("/a%", "path_bad_escape"),
        ("/a;v=1/b", "path_parameter"), ("/a/..;/b", "path_dot_segment_with_parameter"),
        ("/%ff", "path_invalid_utf8"), ("/%c0%af", "path_invalid_utf8"),
    ]

    @Test func whatIsAmbiguousIsRefused() throws {
        let origin = try Origin(answering: { request in Answer.ok(request.target) })
        let gateway = try Gateway(to: origin)
        for (path, cause) in Self.refused {
            let response = try gateway.client().get(path)
            #expect(response.status == 400 && response.cause == cause, "\(path)")
        }
        #expect(origin.connectionCount == 0)
    }

    @Test func routesSeeTheCanonicalPath() throws {
        let origin = try Origin(answering: { request in Answer.ok(request.target) })
        let client = try Gateway(to: origin) {
            $0.routes = ["match: {path: /admin/**}, respond: {status: 403, body: closed}"]
        }.client()
        for path in [
            "/admin", "/admin/", "/admin/x", "//admin/x", "/./admin/x", "/a/../admin/x",
            "/%61dmin/x", "/a/%2e%2e/admin", "/admin/./x", "/admin//x", "/admin?x",
        ] {
            #expect(try client.get(path).status == 403, "\(path)")
        }
        #expect(try client.get("/administrator").status == 200)
        #expect(try client.get("/admin/../open").body.text == "/open")
        let absolute = try client.exchange(
            "GET http://a/x/../admin/y HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(absolute.status == 403)
    }

    @Test func looserReadingsAreSettings() throws {
        let origin = try Origin(answering: { request in Answer.ok(request.target) })
        let kept = try Gateway(to: origin) {
            $0.listener = [
                "path: {escaped-slashes: unsafe-keep, duplicate-slashes: unsafe-keep, "
                    + "parameters: unsafe-keep, invalid-utf8: unsafe-keep}"
            ]
        }.client()
        for path in ["/a%2Fb", "/a//b", "/a;v=1/b", "/%FF"] {
            #expect(try kept.get(path).body.text == path, "\(path)")
        }
        #expect(try kept.get("/a%5Cb").status == 400)
        let decoded = try Gateway(to: origin) {
            $0.listener = ["path: {escaped-slashes: unsafe-decode, duplicate-slashes: reject}"]
        }.client()
        #expect(try decoded.get("/a%2fb").body.text == "/a/b")
        #expect(try decoded.get("/a/..%2fb").body.text == "/b")
        #expect(try decoded.get("/a//b").status == 400)
    }

    @Test func rewritesStartFromTheCanonicalPath() throws {
        let origin = try Origin(answering: { request in
            Answer.ok("\(request["host"] ?? "") \(request.target)")
        })
        let client = try Gateway(to: origin) {
            $0.routes = [
                "match: {path: /v1/**}, to: origin, rewrite: {prefix: /api, host: b.example}",
                "match: {path: '/users/{id}/{rest=**}'}, to: origin, "
                    + "rewrite: {path: '/u/{rest}/of/{id}'}",
                "match: {path: /old/**}, redirect: {prefix: /new, status: 301}",
            ]
        }.client()
        #expect(try client.get("/x/../v1//a?q=1").body.text == "b.example /api/a?q=1")
        #expect(try client.get("/v1").body.text == "b.example /api")
        #expect(try client.get("/users/7/a/b").body.text == "a.example /u/a/b/of/7")
        let moved = try client.get("/old/page?q=1")
        #expect(moved.status == 301)
        #expect(moved["location"]?.hasSuffix("/new/page?q=1") == true)
    }
}
