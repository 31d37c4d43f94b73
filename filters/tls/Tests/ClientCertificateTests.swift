import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// Clients that have to show a certificate.
@Suite struct ClientCertificateTests {
    private let folder: Folder
    private let root = Identity("root", isAuthority: true)
    private let server = Identity("a.example", names: ["a.example"])

    init() throws { folder = try Folder() }

    private func factory(
        _ mode: Tls.ClientCertificates.Mode, crl: String? = nil, depth: Int? = nil
    ) throws -> Tls {
        let ca = ConfigFile(try folder.write("ca.pem", root.pem))
        let list = try crl.map { ConfigFile(try folder.write("crl.pem", $0)) }
        return try makeServer(folder, server) {
            $0.clientCertificates = Tls.ClientCertificates(
                mode: mode, ca: mode == .off ? nil : ca, crl: list, depth: depth)
        }
    }

    private func connect(
        _ factory: Tls, _ identity: Identity?, _ version: Tls.Version = .tls13
    ) throws -> (link: Link, progress: HandshakeProgress) {
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
            if let identity { unsafe Peer.use(identity, in: $0) }
        }
        return (link, link.handshake())
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func tellsWhoTheClientIs(_ version: Tls.Version) throws {
        let names = [
            "B.example", "URI:spiffe://example/ns/a", "email:a@example.com", "IP:192.0.2.7",
            "IP:2001:db8::1",
        ]
        let client = Identity("client", names: names, issuer: root)
        for mode in [Tls.ClientCertificates.Mode.optional, .required] {
            let (link, progress) = try connect(try factory(mode), client, version)
            #expect(progress.isDone)
            let peer = try #require(link.transport.security?.peer)
            #expect(peer.isVerified)
            #expect(peer.subject == "CN=client")
            #expect(peer.issuer == "CN=root")
            #expect(peer.dnsNames == ["b.example"])
            #expect(peer.uris == ["spiffe://example/ns/a"])
            #expect(peer.emails == ["a@example.com"])
            #expect(peer.ipAddresses == ["192.0.2.7", "2001:db8::1"])
            unsafe X509_up_ref(client.certificate)
            let certificate = unsafe Certificate(owning: client.certificate)
            #expect(peer.fingerprint == certificate.fingerprint)
            #expect(peer.fingerprint.count == 64)
            #expect(peer.serial == certificate.serial)
            #expect(peer.der == certificate.der)
            #expect(!peer.der.isEmpty)
            #expect(link.receive("ping") == "ping")
        }
    }

    @Test func doesWithoutWhereItMay() throws {
        for mode in [Tls.ClientCertificates.Mode.off, .optional] {
            let (link, progress) = try connect(try factory(mode), nil)
            #expect(progress.isDone)
            #expect(link.transport.security?.peer == nil)
        }
        // Nobody asks, so nobody is told.
        let (link, progress) = try connect(
            try factory(.off), Identity("client", issuer: root))
        #expect(progress.isDone)
        #expect(link.transport.security?.peer == nil)
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func refusesClientsThatAreNotGood(_ version: Tls.Version) throws {
        let required = try factory(.required)
        #expect(try connect(required, nil, version).progress.cause == "tls_no_client_certificate")
        let stranger = Identity(
            "stranger", issuer: Identity("root", isAuthority: true))
        let expired = Identity("expired", issuer: root, from: -10, days: 5)
        let early = Identity("early", issuer: root, from: 5)
        for mode in [Tls.ClientCertificates.Mode.optional, .required] {
            let factory = try factory(mode)
            for (client, cause) in [
                (stranger, "tls_bad_client_certificate"),
                (expired, "tls_client_certificate_expired"),
                (early, "tls_client_certificate_expired"),
            ] {
                let (link, progress) = try connect(factory, client, version)
                #expect(progress.cause == cause)
                _ = link.peer.read()
                #expect(link.peer.alert != nil)
            }
        }
    }

    @Test func refusesRevokedClients() throws {
        let revoked = Identity("revoked", issuer: root)
        let good = Identity("good", issuer: root)
        let factory = try factory(.required, crl: root.revocationList([revoked]))
        #expect(try connect(factory, good).progress.isDone)
        #expect(
            try connect(factory, revoked).progress.cause == "tls_client_certificate_revoked")
        let stale = try self.factory(.required, crl: root.revocationList([], days: -1))
        guard case .failed(let failure) = try connect(stale, good).progress else {
            Issue.record("a revocation list that is too old was taken")
            return
        }
        #expect(failure.cause.description == "tls_bad_client_certificate")
        #expect(failure.detail == "CRL has expired")
    }

    @Test func boundsTheLengthOfChains() throws {
        let middle = Identity("middle", issuer: root, isAuthority: true)
        let client = Identity("client", issuer: middle)
        #expect(try connect(try factory(.required, depth: 1), client).progress.isDone)
        let short = try connect(try factory(.required, depth: 0), client).progress
        #expect(short.cause == "tls_bad_client_certificate")
    }

    /// A ticket stands for a certificate that was checked by other rules: it is no way round them.
    @Test(arguments: [Tls.Version.tls12, .tls13])
    func takesUpNoSessionThatWasCheckedOtherwise(_ version: Tls.Version) throws {
        let client = Identity("client", issuer: root)
        func connect(_ factory: Tls, _ session: SessionCache.Entry?) throws -> Link {
            let link = unsafe try Link(factory) {
                unsafe weir_ctx_set_versions($0, version.number, version.number)
                unsafe Peer.use(client, in: $0)
            }
            link.peer.resume(session)
            link.handshake()
            _ = link.send("ping")
            return link
        }
        let factory = try factory(.required)
        let first = try connect(factory, nil)
        let session = try #require(first.peer.session)
        let again = try connect(factory, session)
        #expect(again.peer.isResumed)
        #expect(again.transport.security?.peer?.subject == "CN=client")
        let list = try self.factory(.required, crl: root.revocationList([client]))
        let refused = try connect(list, session)
        #expect(refused.transport.security == nil)
        let plain = try makeServer(folder, server)
        let unasked = try connect(plain, session)
        #expect(unasked.transport.security?.isResumed != true)
    }

    @Test func notesWhatClientsThinkOfUs() throws {
        let factory = try makeServer(folder, server)
        let link = unsafe try Link(factory) { unsafe SSL_CTX_set_verify($0, SSL_VERIFY_PEER, nil) }
        let progress = link.handshake()
        #expect(progress.cause == "tls_alert_unknown_ca")
    }
}
