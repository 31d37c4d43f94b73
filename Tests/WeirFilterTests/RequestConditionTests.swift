import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct RequestConditionTests {
    @Test func allFieldsThatAreGivenHaveToHold() throws {
        let condition: TestConfiguration = ["methods": ["GET", "HEAD"], "paths": "/users/**"]
        #expect(try Asked("GET", "/users/1").meets(condition))
        #expect(try Asked("HEAD", "/users").meets(condition))
        #expect(try !Asked("POST", "/users/1").meets(condition))
        #expect(try !Asked("GET", "/user").meets(condition))
    }

    @Test func methodsKnowNoCase() throws {
        #expect(try Asked("delete", "/").meets(["methods": "DELETE"]))
        #expect(try Asked("DELETE", "/").meets(["methods": "delete"]))
        #expect(try Asked("Purge", "/").meets(["methods": ["GET", "PURGE"]]))
        #expect(try !Asked("PURGES", "/").meets(["methods": ["PURGE"]]))
        #expect(try !Asked("HEAD", "/").meets(["methods": ["GET"]]))
    }

    @Test func hostsKnowNeitherPortNorCaseNorFinalDot() throws {
        let hosts = [
            "api.example.com", "api.example.com:8443", "API.Example.com", "api.example.com.:80",
        ]
        for host in hosts {
            #expect(try Asked(host: host).meets(["hosts": "api.example.com"]), "\(host)")
            #expect(try Asked(host: host).meets(["hosts": "*.EXAMPLE.com"]), "\(host)")
            #expect(try !Asked(host: host).meets(["hosts": "example.com"]), "\(host)")
        }
        #expect(try Asked(host: "a.b.example.com").meets(["hosts": "*.example.com"]))
        #expect(try !Asked(host: "example.com").meets(["hosts": "*.example.com"]))
        #expect(try !Asked(host: "badexample.com").meets(["hosts": "*.example.com"]))
        #expect(try Asked(host: "[2001:db8::1]:80").meets(["hosts": "[2001:db8::1]"]))
        #expect(try !Asked(host: "").meets(["hosts": "example.com"]))
    }

    @Test func everyLineOfAFieldIsLookedAt() throws {
        let asked = try Asked(headers: ["x-role": "user", "X-Role": "admin"])
        #expect(try asked.meets(["headers": ["X-ROLE": "admin"]]))
        #expect(try asked.meets(["headers": ["x-role": ["root", "adm*"]]]))
        #expect(try !asked.meets(["headers": ["x-role": "Admin"]]))
        #expect(try !asked.meets(["headers": ["x-role": "absent"]]))
        #expect(try asked.meets(["headers": ["x-other": "absent"]]))
        #expect(try asked.meets(["headers": ["x-other": ["1", "absent"]]]))
        #expect(try !asked.meets(["headers": ["x-other": "*"]]))
        #expect(try !asked.meets(["headers": ["x-role": "user", "x-other": "1"]]))
        #expect(try Asked(headers: ["x-a": "absent"]).meets(["headers": ["x-a": "=absent"]]))
        #expect(try Asked(headers: ["x-a": ""]).meets(["headers": ["x-a": "*"]]))
        #expect(try Asked(headers: ["Accept": "b"]).meets(["headers": ["accept": "b"]]))
    }

    @Test func everyParameterOfANameIsLookedAt() throws {
        let asked = try Asked("GET", "/?debug=0&d%65bug=%31&empty&plus=a+b")
        #expect(try asked.meets(["query": ["debug": "1"]]))
        #expect(try asked.meets(["query": ["debug": 0, "empty": "", "plus": "a b"]]))
        #expect(try !asked.meets(["query": ["debug": "2"]]))
        #expect(try asked.meets(["query": ["other": "absent"]]))
        #expect(try !asked.meets(["query": ["debug": "absent"]]))
        #expect(try Asked("GET", "/").meets(["query": ["debug": "absent"]]))
        #expect(try !Asked("GET", "/").meets(["query": ["debug": "*"]]))
    }

    @Test func addresses() throws {
        let condition: TestConfiguration = ["client-addresses": ["10.0.0.0/8", "2001:db8::/32"]]
        #expect(try Asked(client: "10.1.2.3").meets(condition))
        #expect(try Asked(client: "::ffff:10.1.2.3").meets(condition))
        #expect(try Asked(client: "2001:db8::1").meets(condition))
        #expect(try !Asked(client: "192.0.2.1").meets(condition))
        // A client on a Unix socket has none.
        #expect(try !Asked(client: nil).meets(["client-addresses": ["0.0.0.0/0", "::/0"]]))
    }

    @Test func listeners() throws {
        let asked = try Asked()
        asked.stream.place = StreamPlace(listener: "edge", route: "r")
        #expect(try asked.meets(["listeners": ["inner", "edge"]]))
        #expect(try !asked.meets(["listeners": ["inner"]]))
    }

    @Test func notNegatesAsAWhole() throws {
        let condition: TestConfiguration = [
            "paths": "/a/**", "not": ["methods": "GET", "headers": ["x-a": "1"]],
        ]
        #expect(try Asked("GET", "/a").meets(condition))
        #expect(try Asked("POST", "/a", headers: ["x-a": "1"]).meets(condition))
        #expect(try !Asked("GET", "/a", headers: ["x-a": "1"]).meets(condition))
        #expect(try Asked("GET", "/a").meets(["not": ["not": ["methods": "GET"]]]))
    }

    @Test func aRewriteChangesNothing() throws {
        let asked = try Asked("GET", "/admin/x")
        asked.stream.routedPath = asked.stream.request.path
        asked.stream.request.path = "/public"
        #expect(try asked.meets(["paths": "/admin/**"]))
        #expect(try !asked.meets(["paths": "/public"]))
    }

    @Test func unmetNamesTheFields() throws {
        let condition = try Asked.condition([
            "methods": "POST", "paths": "/a", "hosts": "b.example", "headers": ["x-a": "1"],
            "query": ["q": "1"], "client-addresses": "10.0.0.0/8", "clients": "a",
            "claims": ["role": "admin"], "certificate": [:], "listeners": "l",
            "not": ["methods": "GET"],
        ])
        #expect(
            condition.unmet(try Asked().stream) == [
                "methods", "paths", "hosts", "headers.x-a", "query.q", "client-addresses",
                "clients", "claims", "certificate", "listeners", "not",
            ])
        #expect(try Asked.condition(["methods": "GET"]).unmet(try Asked().stream) == [])
    }
}

/// A request that conditions are tried on.
struct Asked {
    let stream = FilterStream(driver: nil)

    init(
        _ method: String = "GET", _ target: String = "/", host: String = "test.example",
        headers: TestFields = [:], client: String? = "192.0.2.1"
    ) throws {
        let request = stream.request
        let name = ByteString(method)
        request.method = Method(name.span)
        if request.method == .other { request.methodName = name }
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        request.path = ByteString(parts[0])
        request.query = parts.count > 1 ? ByteString(parts[1]) : nil
        request.authority = ByteString(host)
        request.headers = headers.headerMap
        stream.clientAddress = try client.map { try #require(IPAddress($0)) }
    }

    static func condition(_ configuration: TestConfiguration) throws -> RequestCondition {
        try RequestCondition(
            TestFilter.decode(RequestCondition.Configuration.self, from: configuration))
    }

    /// Whether the request is meant; `unmet` has to agree.
    func meets(_ configuration: TestConfiguration) throws -> Bool {
        let condition = try Self.condition(configuration)
        let holds = condition.holds(stream)
        #expect(condition.unmet(stream).isEmpty == holds)
        return holds
    }
}
