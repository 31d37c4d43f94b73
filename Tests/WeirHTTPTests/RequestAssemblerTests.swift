import Testing
import WeirBase
import WeirHTTP

/// Heads that come in parts are judged as heads of HTTP/1 are.
@Suite struct RequestAssemblerTests {
    /// A head as HTTP/2 would send it.
    struct Parts {
        var method = "GET"
        var authority: String? = "example.com"
        var path: String? = "/"
        var fields: [(String, String)] = []
    }

    /// Assembles a head and returns it, or why it was refused.
    static func assemble(
        _ parts: Parts, limits: HTTPLimits = HTTPLimits()
    ) -> (head: RequestHead, problem: ProtocolProblem?, assembler: RequestAssembler) {
        let assembler = RequestAssembler()
        let head = RequestHead()
        assembler.begin(limits: limits, paths: PathPolicy())
        let authority = parts.authority.map { ByteString($0) }
        let path = parts.path.map { ByteString($0) }
        var problem = assembler.setTarget(
            method: ByteString(parts.method).span, authority: authority?.span, path: path?.span,
            in: head)
        for (name, value) in parts.fields where problem == nil {
            problem = assembler.addField(
                ByteString(name).span, ByteString(value).span, to: head)
        }
        return (head, problem ?? assembler.finish(head), assembler)
    }

    @Test func fieldsMayComeBeforeTheTarget() {
        let assembler = RequestAssembler()
        let head = RequestHead()
        assembler.begin(limits: HTTPLimits(), paths: PathPolicy())
        let value = ByteString("1")
        #expect(assembler.addField(ByteString("x-one").span, value.span, to: head) == nil)
        let authority = ByteString("a.example")
        let path = ByteString("/")
        #expect(
            assembler.setTarget(
                method: ByteString("GET").span, authority: authority.span, path: path.span,
                in: head) == nil)
        #expect(assembler.finish(head) == nil)
        #expect(head.headers.values("x-one") == ["1"])
    }

    @Test func fillsTheHead() {
        let (head, problem, assembler) = Self.assemble(
            Parts(
                method: "POST", authority: "Example.COM:8443", path: "/a/../b?x=1",
                fields: [("content-length", "12"), ("x-one", "1"), ("cookie", "a=b; c=d")]))
        #expect(problem == nil)
        #expect(head.method == .post)
        #expect(head.version == .http2)
        #expect(head.path.description == "/b")
        #expect(head.query?.description == "x=1")
        #expect(head.target.description == "/a/../b?x=1")
        #expect(head.authority.description == "example.com:8443")
        #expect(head.headers.values("host") == ["example.com:8443"])
        #expect(head.headers.values("x-one") == ["1"])
        #expect(assembler.contentLength == 12)
    }

    @Test func hostStandsInForAnAuthority() {
        let (head, problem, _) = Self.assemble(
            Parts(authority: nil, fields: [("host", "Example.com")]))
        #expect(problem == nil)
        #expect(head.authority.description == "example.com")
    }

    @Test func connectHasAnAuthorityAlone() {
        let (head, problem, _) = Self.assemble(
            Parts(method: "CONNECT", authority: "example.com:443", path: nil))
        #expect(problem == nil)
        #expect(head.method == .connect)
        #expect(head.path.isEmpty)
    }

    @Test func asksAboutTheWholeServer() {
        let (head, problem, _) = Self.assemble(Parts(method: "OPTIONS", path: "*"))
        #expect(problem == nil)
        #expect(head.path.description == "*")
    }

    @Test func waitsForContinue() {
        let (_, problem, assembler) = Self.assemble(
            Parts(method: "PUT", fields: [("expect", "100-continue"), ("content-length", "3")]))
        #expect(problem == nil)
        #expect(assembler.expectsContinue)
    }

    @Test func aHeadLeavesNothingToTheNext() {
        let assembler = RequestAssembler()
        let head = RequestHead()
        for round in 0..<2 {
            head.clear()
            assembler.begin(limits: HTTPLimits(), paths: PathPolicy())
            let path = ByteString(round == 0 ? "/first?q" : "/second")
            let (method, host) = (ByteString("GET"), ByteString("a"))
            #expect(
                assembler.setTarget(
                    method: method.span, authority: host.span, path: path.span, in: head) == nil)
            if round == 0 {
                let (name, value) = (ByteString("content-length"), ByteString("5"))
                #expect(assembler.addField(name.span, value.span, to: head) == nil)
            }
            #expect(assembler.finish(head) == nil)
        }
        #expect(head.path.description == "/second")
        #expect(head.query == nil)
        #expect(head.headers.count == 1)
        #expect(assembler.contentLength == nil)
    }

    @Test(
        arguments: [
            (Parts(method: ""), 400, "bad_method"),
            (Parts(method: "GE T"), 400, "bad_method"),
            (Parts(method: "GET\r\nx: y"), 400, "bad_method"),
            (Parts(path: nil), 400, "bad_target"),
            (Parts(path: ""), 400, "bad_target"),
            (Parts(path: "a"), 400, "bad_target"),
            (Parts(path: "*"), 400, "bad_target"),
            (Parts(path: "http://other/"), 400, "bad_target"),
            (Parts(path: "/a b"), 400, "bad_target"),
            (Parts(path: "/a HTTP/1.1\r\nx: y"), 400, "bad_target"),
            (Parts(path: "/a?b\r\nx: y"), 400, "bad_target"),
            (Parts(path: "/\u{7F}"), 400, "bad_target"),
            (Parts(authority: nil), 400, "missing_host"),
            (Parts(authority: "a@b"), 400, "user_information_in_target"),
            (Parts(authority: "a b"), 400, "bad_authority"),
            (Parts(authority: "a/b"), 400, "bad_authority"),
            (Parts(fields: [("host", "other.com")]), 400, "authority_mismatch"),
            (Parts(fields: [("host", "a b")]), 400, "bad_host"),
            (
                Parts(fields: [("host", "example.com"), ("host", "example.com")]), 400,
                "several_hosts"
            ),
            (Parts(fields: [("", "x")]), 400, "bad_header_name"),
            (Parts(fields: [("X-Upper", "x")]), 400, "bad_header_name"),
            (Parts(fields: [("x y", "x")]), 400, "bad_header_name"),
            (Parts(fields: [("x:", "x")]), 400, "bad_header_name"),
            (Parts(fields: [("x", "a\r\nb: c")]), 400, "bad_header_value"),
            (Parts(fields: [("x", "a\0b")]), 400, "bad_header_value"),
            (Parts(fields: [("connection", "close")]), 400, "connection_specific_header"),
            (Parts(fields: [("transfer-encoding", "chunked")]), 400, "connection_specific_header"),
            (Parts(fields: [("upgrade", "h2c")]), 400, "connection_specific_header"),
            (Parts(fields: [("keep-alive", "5")]), 400, "connection_specific_header"),
            (Parts(fields: [("proxy-connection", "x")]), 400, "connection_specific_header"),
            (Parts(fields: [("te", "gzip")]), 400, "connection_specific_header"),
            (Parts(fields: [("content-length", "1, 1")]), 400, "bad_content_length"),
            (
                Parts(fields: [("content-length", "1"), ("content-length", "1")]), 400,
                "several_content_lengths"
            ),
            (Parts(fields: [("expect", "magic")]), 417, "unknown_expectation"),
            (Parts(method: "CONNECT", authority: "example.com"), 400, "bad_target"),
            (Parts(method: "CONNECT", authority: "example.com", path: nil), 400, "bad_authority"),
        ] as [(Parts, Int, String)])
    func refuses(parts: Parts, status: Int, cause: String) {
        let problem = Self.assemble(parts).problem
        #expect(problem?.status == status)
        #expect(problem?.cause.description == cause)
    }

    @Test func keepsBounds() {
        var limits = HTTPLimits()
        limits.fieldCount = 2
        limits.headBytes = 40
        limits.targetBytes = 10
        let few = (0..<3).map { ("x-\($0)", "1") }
        #expect(
            Self.assemble(Parts(fields: few), limits: limits).problem?.cause.description
                == "too_many_headers")
        let long = [("x", String(repeating: "a", count: 50))]
        #expect(
            Self.assemble(Parts(fields: long), limits: limits).problem?.cause.description
                == "headers_too_large")
        #expect(
            Self.assemble(Parts(path: "/0123456789"), limits: limits).problem?.status == 414)
    }
}
