import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// A provisioned factory with one certificate.
func makeServer(
    _ folder: Folder, _ identity: Identity = Identity("a.example", names: ["a.example"]),
    _ change: (inout Tls.Configuration) throws -> Void = { _ in }
) throws -> Tls {
    var configuration = Tls.Configuration()
    configuration.certificates = [try identity.files(folder, "server")]
    try change(&configuration)
    let factory = try Tls(configuration)
    try factory.provision(TestServices())
    return factory
}

@Suite struct ServerTests {
    @Test(arguments: [Tls.Version.tls12, .tls13], [1, 7, Int.max])
    func carriesBytes(_ version: Tls.Version, _ step: Int) throws {
        let factory = try makeServer(try Folder())
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
        }
        #expect(link.handshake(step: step).isDone)
        #expect(link.transport.security?.version == "TLSv\(version.rawValue)")
        link.peer.write("ping")
        link.inner.input = link.peer.takeOutput()
        #expect(link.read() == Array("ping".utf8))
        let answer = Array("pong".utf8)
        #expect(link.transport.write(answer) == .bytes(4))
        link.peer.receive(link.inner.takeOutput())
        #expect(link.peer.read() == answer)
    }
}
