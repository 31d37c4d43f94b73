import Foundation
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

/// Files that are missing, wrong or replaced.
@Suite struct FileTests {
    private let folder: Folder
    private let identity = Identity("a.example", names: ["a.example"])

    init() throws { folder = try Folder() }

    /// What loading says, with the folder's name left out.
    private func problem(
        _ change: (inout Tls.CertificateFiles) throws -> Void
    ) throws -> String {
        var configuration = Tls.Configuration()
        var files = try identity.files(folder, "server")
        try change(&files)
        configuration.certificates = [files]
        return try problem(configuration)
    }

    private func problem(_ configuration: Tls.Configuration) throws -> String {
        let factory = try Tls(configuration)
        let error = #expect(throws: ConfigurationError.self) {
            try factory.provision(TestServices())
        }
        return (error?.description ?? "").replacingOccurrences(of: folder.path + "/", with: "")
    }

    @Test func namesTheFileAndWhatIsWrong() throws {
        #expect(
            try problem { $0.chain = ConfigFile("\(folder.path)/none.pem") }
                == "certificates.0.chain: none.pem: no such file")
        #expect(
            try problem { $0.chain = ConfigFile(folder.path) }.hasSuffix(": it is a folder"))
        #expect(
            try problem { $0.chain = ConfigFile(try folder.write("a", "hello")) }
                == "certificates.0.chain: a: no certificate in it; the file is not PEM: it has no "
                + "line `-----BEGIN …`")
        #expect(
            try problem { $0.chain = $0.key }
                == "certificates.0.chain: server.key: no certificate in it; the file holds: "
                + "PRIVATE KEY")
        #expect(
            try problem { $0.key = $0.chain }
                == "certificates.0.key: server.pem: no private key in it; the file holds: "
                + "CERTIFICATE")
        #expect(
            try problem {
                $0.chain = ConfigFile(
                    try folder.write("a", identity.pem.replacingOccurrences(of: "M", with: "!")))
            } == "certificates.0.chain: a: the certificate in it cannot be read: it is damaged")
        #expect(
            try problem {
                $0.key = ConfigFile(try folder.write("a", Identity("other").keyPEM))
            }
                == "certificates.0.key: a: the key does not match the certificate in server.pem")
    }

    @Test func saysWhatIsWrongWithPassphrases() throws {
        let locked = ConfigFile(try folder.write("a", identity.keyPEM(passphrase: "sesame")))
        #expect(
            try problem { $0.key = locked }
                == "certificates.0.passphrase: a: the key is encrypted, and there is no passphrase "
                + "for it")
        #expect(
            try problem {
                $0.key = locked
                $0.passphrase = Secret("wrong")
            } == "certificates.0.passphrase: a: the passphrase does not open the key")
        let factory = try makeServer(folder, identity) {
            $0.certificates?[0].key = locked
            $0.certificates?[0].passphrase = Secret("sesame")
        }
        unsafe #expect(try Link(factory).handshake().isDone)
    }

    @Test func refusesCertificatesOutOfTheirTime() throws {
        let old = Identity("old", from: -10, days: 5)
        let early = Identity("early", from: 5)
        for (made, words) in [(old, "expired on"), (early, "is not valid before")] {
            let text = try problem { $0 = try made.files(folder, "b") }
            #expect(text.hasPrefix("certificates.0.chain: b.pem: the certificate \(words) "))
        }
    }

    @Test func checksTheOtherFiles() throws {
        #expect(
            try problem {
                $0.ocspStaple = ConfigFile(try folder.write("a", "nonsense"))
            } == "certificates.0.ocsp-staple: a: it is no OCSP response in DER")
        #expect(
            try problem {
                $0.ocspStaple = ConfigFile(
                    try folder.write("a", bytes: [0x30, 0x03, 0x0A, 0x01, 0x06]))
            }
                == "certificates.0.ocsp-staple: a: the OCSP response reports an error (status 6)")
        var configuration = Tls.Configuration()
        configuration.certificates = [try identity.files(folder, "server")]
        let good = ConfigFile(try folder.write("ca", identity.pem))
        configuration.clientCertificates = .init(mode: .required, ca: ConfigFile("/nowhere"))
        #expect(try problem(configuration) == "client-certificates.ca: /nowhere: no such file")
        configuration.clientCertificates = .init(mode: .required, ca: good, crl: good)
        #expect(
            try problem(configuration)
                == "client-certificates.crl: ca: no revocation list in it; the file holds: "
                + "CERTIFICATE")
    }

    // MARK: Reload

    private func subject(_ factory: Tls) throws -> String? {
        let link = unsafe try Link(factory)
        #expect(link.handshake().isDone)
        return link.peer.shownCertificate?.subject
    }

    @Test func takesUpNewFiles() throws {
        let services = TestServices()
        var configuration = Tls.Configuration()
        let files = try identity.files(folder, "server")
        configuration.certificates = [files]
        let factory = try Tls(configuration)
        try factory.provision(services)
        #expect(services.watchedFiles == [files.key.path, files.chain.path].sorted())
        let old = unsafe try Link(factory)
        #expect(old.handshake().isDone)

        let fresh = Identity("fresh", names: ["a.example"])
        _ = try folder.write("server.key", fresh.keyPEM)
        services.change(files.key.path)
        #expect(try subject(factory) == "CN=a.example")
        let line = try #require(services.lines.last)
        #expect(line.hasPrefix("error: \(files.key.path) has changed, but what was loaded"))
        #expect(line.contains("the key does not match the certificate in \(files.chain.path)"))

        _ = try folder.write("server.pem", fresh.pem)
        services.change(files.chain.path)
        #expect(try subject(factory) == "CN=fresh")
        #expect(
            services.lines.last
                == "notice: \(files.chain.path) has changed and is in use for new connections")
        // A connection goes on with what it began with.
        #expect(old.receive("ping") == "ping")
        #expect(old.send("pong") == "pong")

        _ = try folder.write("server.pem", "rubbish")
        services.change(files.chain.path)
        #expect(try subject(factory) == "CN=fresh")
        _ = try folder.write("server.pem", Identity("old", from: -10, days: 5).pem)
        services.change(files.chain.path)
        #expect(try subject(factory) == "CN=fresh")
        #expect(services.lines.last?.hasPrefix("error: ") == true)
    }

    @Test func warnsBeforeCertificatesExpire() throws {
        let services = TestServices()
        var configuration = Tls.Configuration()
        let short = Identity("short", from: -1, days: 5)
        configuration.certificates = [
            try identity.files(folder, "server"), try short.files(folder, "short"),
        ]
        let factory = try Tls(configuration)
        try factory.provision(services)
        let warning = "warning: \(folder.path)/short.pem: the certificate expires in 4 days, on "
        #expect(services.lines.count == 1)
        #expect(services.lines[0].hasPrefix(warning))
        services.tick()
        #expect(services.lines.count == 2)
        #expect(services.lines[1].hasPrefix(warning))
    }
}
