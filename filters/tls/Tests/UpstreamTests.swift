import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// The client's side.
@Suite struct UpstreamTests {
    private let folder: Folder
    private let root = Identity("root", isAuthority: true)

    init() throws { folder = try Folder() }

    private func factory(
        _ change: (inout Tls.Configuration) throws -> Void = { _ in }
    ) throws -> Tls {
        var configuration = Tls.Configuration()
        configuration.ca = .file(ConfigFile(try folder.write("root.pem", root.pem)))
        try change(&configuration)
        let factory = try Tls(configuration)
        try factory.validate(for: .upstream)
        try factory.provision(TestServices())
        return factory
    }

    private func connect(
        _ factory: Tls, _ identity: Identity, to address: String = "192.0.2.1:443",
        host: String? = nil, protocols: [String] = ["http/1.1"],
        _ configure: (OpaquePointer) -> Void = { _ in }
    ) throws -> (link: Link, progress: HandshakeProgress) {
        let link = unsafe try Link(
            connecting: factory, to: address, host: host, protocols: protocols
        ) {
            unsafe Peer.use(identity, in: $0)
            unsafe configure($0)
        }
        return (link, link.handshake())
    }

    @Test(arguments: [Tls.Version.tls12, .tls13], [1, Int.max])
    func talksToWhomItTrusts(_ version: Tls.Version, _ step: Int) throws {
        let server = Identity("x", names: ["*.test.example"], issuer: root)
        let link = unsafe try Link(connecting: try factory(), host: "api.test.example") {
            unsafe Peer.use(server, in: $0)
            unsafe weir_ctx_set_versions($0, version.number, version.number)
        }
        #expect(link.handshake(step: step).isDone)
        let security = try #require(link.transport.security)
        #expect(security.version == "TLSv\(version.rawValue)")
        #expect(security.serverName == "api.test.example")
        #expect(security.peer?.subject == "CN=x")
        #expect(security.peer?.isVerified == true)
        #expect(security.applicationProtocol == "")
        unsafe #expect(String(cString: SSL_get_servername(link.peer.ssl, 0)) == "api.test.example")
        #expect(link.send("ping") == "ping")
        #expect(link.receive("pong") == "pong")
    }

    @Test func refusesWhomItDoesNotTrust() throws {
        let factory = try factory()
        let other = Identity("root", isAuthority: true)
        for (server, cause) in [
            (Identity("x", names: ["b.example"], issuer: root), "tls_name_mismatch"),
            (Identity("a.example", issuer: other), "tls_unknown_authority"),
            (Identity("a.example", names: ["a.example"]), "tls_unknown_authority"),
            (
                Identity("x", names: ["a.example"], issuer: root, from: -9, days: 5),
                "tls_certificate_expired"
            ),
        ] {
            let (link, progress) = unsafe try connect(factory, server, host: "a.example")
            #expect(progress.cause == cause)
            #expect(link.transport.security == nil)
            #expect(link.send("x") == "")
            #expect(link.peer.alert != nil)
        }
    }

    @Test func takesAnybodyOnlyWhenToldTo() throws {
        let factory = try factory {
            $0.ca = nil
            $0.unsafeSkipVerify = true
        }
        let stranger = Identity("x", names: ["x"], from: -9, days: 5)
        let (link, progress) = unsafe try connect(factory, stranger, host: "a.example")
        #expect(progress.isDone)
        #expect(link.transport.security?.peer?.isVerified == false)
        unsafe #expect(String(cString: SSL_get_servername(link.peer.ssl, 0)) == "a.example")
    }

    @Test func findsAddressesInCertificates() throws {
        let server = Identity("x", names: ["IP:192.0.2.1", "IP:2001:db8::1"], issuer: root)
        let factory = try factory()
        unsafe #expect(try connect(factory, server).progress.isDone)
        unsafe #expect(try connect(factory, server, to: "[2001:db8::1]:443").progress.isDone)
        unsafe #expect(try connect(factory, server, host: "192.0.2.1").progress.isDone)
        let (link, progress) = unsafe try connect(factory, server, to: "192.0.2.2:443")
        #expect(progress.cause == "tls_name_mismatch")
        unsafe #expect(SSL_get_servername(link.peer.ssl, 0) == nil)
        let made = MadeConnection(
            transport: MemoryTransport(), address: .unix(path: "/x"), host: nil, cluster: "c",
            protocols: [])
        guard case .refuse(let cause) = factory.connect(made) else {
            Issue.record("an endpoint without a name was not refused")
            return
        }
        #expect(cause.description == "tls_no_server_name")
    }

    @Test func takesTheNameThatIsConfigured() throws {
        let server = Identity("x", names: ["b.example"], issuer: root)
        let factory = try factory { $0.serverName = "B.example" }
        let (link, progress) = unsafe try connect(factory, server, host: "a.example")
        #expect(progress.isDone)
        unsafe #expect(String(cString: SSL_get_servername(link.peer.ssl, 0)) == "b.example")
    }

    @Test func looksAtRevocationLists() throws {
        let good = Identity("a.example", names: ["a.example"], issuer: root)
        let revoked = Identity("a.example", names: ["a.example"], issuer: root)
        let list = try folder.write("crl.pem", root.revocationList([revoked]))
        let factory = try factory { $0.crl = ConfigFile(list) }
        unsafe #expect(try connect(factory, good, host: "a.example").progress.isDone)
        let refused = unsafe try connect(factory, revoked, host: "a.example").progress
        #expect(refused.cause == "tls_certificate_revoked")
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func showsItsOwnCertificate(_ version: Tls.Version) throws {
        let server = Identity("a.example", names: ["a.example"], issuer: root)
        let client = Identity("me", issuer: root)
        let files = try client.files(folder, "client")
        let factory = try factory { $0.certificate = files }
        let (link, progress) = unsafe try connect(factory, server, host: "a.example") {
            unsafe Peer.askForAny($0)
            unsafe weir_ctx_set_versions($0, version.number, version.number)
        }
        #expect(progress.isDone)
        #expect(link.send("x") == "x")
        #expect(link.peer.shownCertificate?.subject == "CN=me")
    }

    // MARK: Protocols

    /// A server that speaks HTTP/2 only.
    private static func speakHTTP2(_ context: OpaquePointer) {
        unsafe SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, count, offered, offeredCount, _ in
                let bytes = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
                guard let index = bytes.indices.first(where: { unsafe bytes[$0] == 2 }) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                unsafe chosen?.pointee = bytes.baseAddress! + index + 1
                unsafe count?.pointee = 2
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    @Test func agreesOnAProtocol() throws {
        let server = Identity("a.example", names: ["a.example"], issuer: root)
        let factory = try factory()
        func connect(_ protocols: [String], _ configure: (OpaquePointer) -> Void) throws -> (
            link: Link, progress: HandshakeProgress
        ) {
            unsafe try self.connect(
                factory, server, host: "a.example", protocols: protocols, configure)
        }
        let both = unsafe try connect(["h2", "http/1.1"], Self.speakHTTP2)
        #expect(both.progress.isDone)
        #expect(both.link.transport.security?.applicationProtocol == "h2")
        // Nothing is asked for when only HTTP/1 is spoken.
        unsafe #expect(try connect(["http/1.1"], Self.speakHTTP2).progress.isDone)
        // A server that knows nothing of it speaks HTTP/1.
        let silent = unsafe try connect(["h2", "http/1.1"]) { _ in }
        #expect(silent.progress.isDone)
        #expect(silent.link.transport.security?.applicationProtocol == "")
        unsafe #expect(try connect(["h2"]) { _ in }.progress.cause == "tls_no_shared_protocol")
        let other = unsafe try connect(["spdy/3"], Self.speakHTTP2)
        #expect(other.progress.cause == "tls_no_shared_protocol")
    }

    // MARK: Sessions

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func takesUpSessions(_ version: Tls.Version) throws {
        let server = Identity("a.example", names: ["a.example", "b.example"], issuer: root)
        // One context, so that the server can read its own tickets.
        let context = unsafe SSL_CTX_new(TLS_server_method())!
        defer { unsafe SSL_CTX_free(context) }
        unsafe Peer.use(server, in: context)
        unsafe weir_ctx_set_versions(context, version.number, version.number)
        func connect(
            _ factory: Tls, _ host: String, _ address: String = "192.0.2.1:443"
        ) throws -> Bool {
            let inner = MemoryTransport()
            let made = MadeConnection(
                transport: inner, address: SocketAddress(address)!, host: host, cluster: "test",
                protocols: [])
            guard case .wrap(let transport) = factory.connect(made) else { return false }
            let link = unsafe Link(inner, transport, Peer(server: context))
            #expect(link.handshake().isDone)
            #expect(link.send("ping") == "ping")
            #expect(link.receive("pong") == "pong")
            transport.close()
            #expect(transport.security?.isResumed == link.peer.isResumed)
            #expect(transport.security?.peer?.isVerified == true)
            return link.peer.isResumed
        }
        let factory = try factory()
        #expect(try !connect(factory, "a.example"))
        #expect(try connect(factory, "a.example"))
        #expect(try connect(factory, "a.example"))
        #expect(try !connect(factory, "b.example"))
        #expect(try !connect(factory, "a.example", "192.0.2.2:443"))
        let without = try self.factory { $0.sessionReuse = false }
        #expect(try !connect(without, "a.example"))
        #expect(try !connect(without, "a.example"))
    }

    // MARK: Failures

    @Test func tellsWhatItMet() throws {
        let factory = try factory()
        let plain = unsafe try Link(connecting: factory, host: "a.example") { _ in }
        _ = plain.transport.handshake()
        plain.inner.input = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
        #expect(plain.transport.handshake().cause == "tls_not_tls")

        let server = Identity("a.example", names: ["a.example"], issuer: root)
        let strict = unsafe try connect(factory, server, host: "a.example") {
            unsafe SSL_CTX_set_verify($0, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
            unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
        }
        #expect(strict.progress.cause == "tls_upstream_alert")

        let new = try self.factory { $0.minVersion = .tls13 }
        let old = unsafe try connect(new, server, host: "a.example") {
            unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
        }
        #expect(old.progress.cause == "tls_unsupported_version")

        let gone = unsafe try Link(connecting: factory, host: "a.example") { _ in }
        _ = gone.transport.handshake()
        gone.inner.hasEnded = true
        #expect(gone.transport.handshake().cause == "tls_closed")
    }

    /// A response may end where the connection does: an end that nobody has vouched for is none.
    @Test(arguments: [Tls.Version.tls12, .tls13])
    func noticesTruncation(_ version: Tls.Version) throws {
        let server = Identity("a.example", names: ["a.example"], issuer: root)
        let (link, _) = unsafe try connect(try factory(), server, host: "a.example") {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
        }
        link.peer.write("half")
        link.inner.input += link.peer.takeOutput()
        link.inner.hasEnded = true
        let buffer = ByteBuffer(capacity: 64)
        #expect(link.transport.read(into: buffer) == .bytes(4))
        guard case .closed = link.transport.read(into: buffer) else {
            Issue.record("a cut stream passed for a complete one")
            return
        }
        let (whole, _) = unsafe try connect(try factory(), server, host: "a.example")
        whole.peer.end()
        whole.inner.input += whole.peer.takeOutput()
        whole.inner.hasEnded = true
        #expect(whole.transport.read(into: buffer) == .end)
    }
}
