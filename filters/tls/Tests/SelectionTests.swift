import COpenSSL
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// Which certificate and which protocol a client gets.
@Suite struct SelectionTests {
    private static func shown(
        _ factory: Tls, _ name: String?, _ configure: (OpaquePointer) -> Void = { _ in }
    ) throws -> (subject: String, serverName: String?) {
        let link = unsafe try Link(factory, configure)
        if let name { link.peer.ask(for: name) }
        #expect(link.handshake().isDone)
        let shown = try #require(link.peer.shownCertificate)
        return (shown.subject, link.transport.security?.serverName)
    }

    @Test func choosesByName() throws {
        let folder = try Folder()
        let factory = try makeServer(folder) {
            let standard = try Identity("standard").files(folder, "standard")
            let exact = try Identity("exact", names: ["a.example", "b.example"])
                .files(folder, "exact")
            let pattern = try Identity("pattern", names: ["*.example"]).files(folder, "pattern")
            var named = try Identity("named", names: ["other.example"]).files(folder, "named")
            named.names = ["Named.example"]
            $0.certificates = [standard, exact, pattern, named]
        }
        for (name, subject) in [
            (nil, "CN=standard"), ("a.example", "CN=exact"), ("B.Example", "CN=exact"),
            ("c.example", "CN=pattern"), ("x.c.example", "CN=standard"),
            ("other.example", "CN=pattern"), ("named.example", "CN=named"),
            ("standard", "CN=standard"), ("elsewhere.test", "CN=standard"),
        ] {
            let (shown, asked) = unsafe try Self.shown(factory, name)
            #expect(shown == subject, "\(name ?? "no name")")
            #expect(asked == name?.lowercased())
        }
    }

    @Test func refusesUnknownNamesWhenStrict() throws {
        let factory = try makeServer(try Folder()) { $0.strictSni = true }
        let link = unsafe try Link(factory)
        link.peer.ask(for: "b.example")
        #expect(link.handshake().cause == "tls_unknown_name")
        #expect(link.peer.alert == SSL_AD_UNRECOGNIZED_NAME)
        unsafe #expect(try Self.shown(factory, "a.example").subject == "CN=a.example")
        unsafe #expect(try Self.shown(factory, nil).subject == "CN=a.example")
    }

    @Test func servesKindsOfKeysSideBySide() throws {
        let folder = try Folder()
        let factory = try makeServer(folder) {
            $0.certificates = [
                try Identity("rsa", names: ["a.example"], kind: .rsa).files(folder, "rsa"),
                try Identity("ecdsa", names: ["a.example"]).files(folder, "ecdsa"),
            ]
        }
        for name in ["a.example", nil] {
            unsafe #expect(try Self.shown(factory, name).subject == "CN=ecdsa")
            let rsa = unsafe try Self.shown(factory, name) {
                unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
                unsafe SSL_CTX_set_cipher_list($0, "ECDHE-RSA-AES128-GCM-SHA256")
            }
            #expect(rsa.subject == "CN=rsa")
        }
    }

    @Test func sendsTheWholeChain() throws {
        let folder = try Folder()
        let root = Identity("root", isAuthority: true)
        let middle = Identity("middle", issuer: root, isAuthority: true)
        let factory = try makeServer(
            folder, Identity("leaf", names: ["a.example"], issuer: middle))
        let link = unsafe try Link(factory) { context in
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.certificate)
        }
        #expect(link.handshake().isDone)
    }

    @Test(arguments: [
        (["h2", "http/1.1"], ["http/1.1", "h2"], "h2"),
        (["http/1.1"], ["h2", "http/1.1"], "http/1.1"),
        (["h2"], [], ""),
    ])
    func agreesOnAProtocol(_ ours: [String], _ theirs: [String], _ agreed: String) throws {
        let factory = try makeServer(try Folder())
        let link = unsafe try Link(factory, protocols: ours) {
            if !theirs.isEmpty { unsafe Peer.offer(theirs, in: $0) }
        }
        #expect(link.handshake().isDone)
        #expect(link.transport.security?.applicationProtocol == agreed)
    }

    @Test func refusesClientsThatSpeakNothingOfOurs() throws {
        let factory = try makeServer(try Folder())
        let link = unsafe try Link(factory) { unsafe Peer.offer(["h3", "spdy"], in: $0) }
        #expect(link.handshake().cause == "tls_no_shared_protocol")
        #expect(link.peer.alert == TLS1_AD_NO_APPLICATION_PROTOCOL)
    }

    @Test func refusesOldVersionsAndUnknownCiphers() throws {
        let new = try makeServer(try Folder()) { $0.minVersion = .tls13 }
        var link = unsafe try Link(new) {
            unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
        }
        #expect(link.handshake().cause == "tls_unsupported_version")
        #expect(link.peer.alert == SSL_AD_PROTOCOL_VERSION)
        let old = try makeServer(try Folder()) { $0.maxVersion = .tls12 }
        link = unsafe try Link(old) {
            unsafe SSL_CTX_set_cipher_list($0, "ECDHE-RSA-AES128-GCM-SHA256")
            unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
        }
        #expect(link.handshake().cause == "tls_no_shared_cipher")
        link = unsafe try Link(try makeServer(try Folder())) {
            unsafe weir_ctx_set_versions($0, TLS1_3_VERSION, TLS1_3_VERSION)
            unsafe weir_ctx_set_groups($0, "P-521")
        }
        #expect(link.handshake().cause == "tls_no_shared_cipher")
    }

    @Test(arguments: [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_AES_128_CCM_SHA256",
    ])
    func speaksEachSuite(_ suite: String) throws {
        let factory = try makeServer(try Folder()) { $0.cipherSuites = suite }
        let link = unsafe try Link(factory) { unsafe SSL_CTX_set_ciphersuites($0, suite) }
        #expect(link.handshake().isDone)
        #expect(link.transport.security?.cipher == suite)
        #expect(link.receive("ping") == "ping")
        #expect(link.send("pong") == "pong")
    }

    @Test func staplesWhatItIsGiven() throws {
        let folder = try Folder()
        let response = [0x30, 0x03, 0x0A, 0x01, 0x00] as [UInt8]
        let path = try folder.write("staple.der", bytes: response)
        let factory = try makeServer(folder) {
            $0.certificates?[0].ocspStaple = ConfigFile(path)
        }
        let link = unsafe try Link(factory) { unsafe weir_ctx_ask_status($0) }
        #expect(link.handshake().isDone)
        var start: UnsafePointer<UInt8>?
        let count = unsafe weir_ssl_staple(link.peer.ssl, &start)
        unsafe #expect(Array(UnsafeBufferPointer(start: start, count: max(0, count))) == response)
    }
}
