import Testing
import WeirBase
import WeirServer

@Suite struct ServerNameTableTests {
    let table = ServerNameTable([
        ["api.example.com", "*.example.net"], ["*.example.com"], ["www.example.net"],
    ])

    @Test(arguments: [
        ("api.example.com", 1), ("other.example.com", 2), ("a.b.example.com", 0),
        ("example.com", 0), ("www.example.net", 3), ("x.example.net", 1), ("example.org", 0),
        ("localhost", 0), ("", 0),
    ])
    func exactNamesComeBeforeWildcards(name: String, part: Int) {
        #expect(table.part(for: name) == part)
    }

    @Test func noNameIsTheListenersOwn() { #expect(table.part(for: nil) == 0) }

    @Test(arguments: [
        ("api.example.com", 1), ("api.example.com:8443", 1), ("x.example.com:1", 2),
        ("[2001:db8::1]:443", 0), ("[2001:db8::1]", 0), ("10.0.0.1:80", 0),
    ])
    func portsDoNotMatter(authority: String, part: Int) {
        #expect(table.part(forAuthority: .init(authority)) == part)
    }
}
