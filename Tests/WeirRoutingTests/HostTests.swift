import Testing
import WeirRouting

@Suite struct HostTests {
    static let index: RouteIndex? = try? RouteIndex([
        route("/**", hosts: ["example.com"]),
        route("/**", hosts: ["*.example.com", "other.org"]),
        route("/**", hosts: ["[::1]"]),
        route("/**", hosts: ["*.very-long-internal-name.svc.cluster.local"]),
        route("/**", hosts: ["Upper.Example.NET."]),
        route("/**", hosts: ["10.0.0.1"]),
    ])

    @Test(arguments: [
        ("example.com", 0),
        ("example.com:8080", 0),
        ("example.com.", 0),
        ("example.com.:443", 0),
        ("example.com:", 0),
        ("a.example.com", 1),
        ("a.b.example.com:1", 1),
        (".example.com", nil),
        ("aexample.com", nil),
        ("example.org", nil),
        ("other.org:80", 1),
        ("a.other.org", nil),
        ("[::1]", 2),
        ("[::1]:8080", 2),
        ("[::2]:8080", nil),
        ("x.very-long-internal-name.svc.cluster.local", 3),
        ("very-long-internal-name.svc.cluster.local", nil),
        ("very-long-internal-name.svc.cluster.locaL", nil),
        ("upper.example.net", 4),
        ("10.0.0.1:80", 5),
        ("10.0.0.1", 5),
        ("", nil),
        (".", nil),
    ])
    func findsTheHost(_ host: String, _ expected: Int?) throws {
        let index = try #require(Self.index)
        #expect(index.route(of: request("/", host: host)) == expected)
    }

    @Test func aRouteForAnyHostIsTheLastResort() throws {
        let index = try RouteIndex([route("/**", hosts: ["a", "*"]), route("/**", hosts: ["a"])])
        #expect(index.route(of: request("/", host: "a")) == 0)
        #expect(index.route(of: request("/", host: "b")) == 0)
        #expect(index.route(of: request("/", host: "")) == 0)
    }
}
