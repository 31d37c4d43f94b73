import Testing
import WeirBase
import WeirHTTP

/// What concerns this connection only goes no further, and nothing else can be made to vanish.
@Suite struct HopByHopTests {
    private func strip(_ fields: [(HeaderName, String)], keepingUpgrade: Bool = false) -> [String] {
        var headers = HeaderMap()
        for (name, value) in fields { headers.append(name, value) }
        HopByHop.strip(&headers, keepingUpgrade: keepingUpgrade)
        return headers.lines
    }

    @Test func standardFields() {
        let left = strip([
            ("a", "b"), ("connection", "keep-alive"), ("keep-alive", "timeout=5"),
            ("proxy-connection", "close"), ("transfer-encoding", "chunked"), ("upgrade", "x"),
            ("http2-settings", "x"), ("proxy-authorization", "x"), ("proxy-authenticate", "x"),
            ("content-length", "5"), ("trailer", "x"), ("c", "d"),
        ])
        #expect(left == ["a: b", "content-length: 5", "trailer: x", "c: d"])
    }

    @Test func upgradeIsKeptOnRequest() {
        let left = strip(
            [("connection", "upgrade"), ("upgrade", "websocket"), ("a", "b")], keepingUpgrade: true)
        #expect(left == ["upgrade: websocket", "a: b"])
    }

    @Test func nominatedFields() {
        let left = strip([
            ("x-private", "1"), ("connection", "close, X-Private ,, x-other"), ("x-kept", "2"),
            ("x-other", "3"), ("connection", "x-third"), ("x-third", "4"), ("X-PRIVATE", "5"),
        ])
        #expect(left == ["x-kept: 2"])
    }

    /// Naming these in Connection is a way to have a proxy drop what others rely on.
    @Test(arguments: [
        HeaderName("host"), "content-length", "authorization", "cookie", "cache-control",
        "content-type", "x-forwarded-for", "x-forwarded-proto", "forwarded", "via", "x-request-id",
        "set-cookie", "location", "date",
    ])
    func importantFieldsCannotBeNominated(_ name: HeaderName) {
        let left = strip([("connection", "x-a, \(name)"), (name, "v"), ("x-a", "b")])
        #expect(left == ["\(name): v"])
    }

    @Test func onlyTrailersIsLeftOfTE() {
        #expect(strip([("te", "trailers")]) == ["te: trailers"])
        #expect(strip([("te", "gzip;q=0.5, Trailers"), ("connection", "te")]) == ["te: trailers"])
        #expect(strip([("te", "gzip"), ("te", "trailers")]) == ["te: trailers"])
        #expect(strip([("te", "gzip")]).isEmpty)
        #expect(strip([("te", "")]).isEmpty)
        #expect(strip([("te", "trailers;q=0")]).isEmpty)
    }

    @Test func nothingToDo() {
        #expect(strip([]).isEmpty)
        #expect(strip([("a", "b")]) == ["a: b"])
        #expect(strip([("connection", "")]).isEmpty)
        #expect(strip([("connection", " , ,")]).isEmpty)
    }
}
