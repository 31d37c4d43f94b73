import Foundation
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

@Suite struct ToolTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func run(_ words: String...) throws -> String {
        let tool = try #require(Tls.tools.first { $0.name == "cert dev" })
        return try tool.run(["--out", folder.path] + words)
    }

    private func mode(_ name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
        return attributes[.posixPermissions] as? Int
    }

    @Test func writesWhatAListenerTakes() throws {
        let output = try run()
        #expect(
            output == """
                \(folder.path)/dev.pem: a self-signed certificate for localhost, 127.0.0.1, ::1, \
                valid for 30 days
                \(folder.path)/dev.key: its key

                """)
        #expect(try mode("dev.key") == 0o600)
        var configuration = Tls.Configuration()
        configuration.certificates = [
            Tls.CertificateFiles(
                chain: ConfigFile("\(folder.path)/dev.pem"),
                key: ConfigFile("\(folder.path)/dev.key"))
        ]
        let factory = try Tls(configuration)
        try factory.provision(TestServices())
        let link = unsafe try Link(factory)
        #expect(link.handshake().isDone)
        let shown = try #require(link.peer.shownCertificate)
        #expect(shown.alternativeNames.dns == ["localhost"])
        #expect(shown.alternativeNames.ips == ["127.0.0.1", "::1"])
        #expect(shown.secondsLeft > 29 * 86_400 && shown.secondsLeft <= 30 * 86_400)
    }

    @Test func takesNamesAndDays() throws {
        let output = try run("--name", "a.example", "--name", "192.0.2.1", "--days", "1")
        #expect(output.contains("for a.example, 192.0.2.1, valid for 1 day\n"))
        let file = ConfigFile("\(folder.path)/dev.pem")
        let made = try #require(try Certificate.read(file, at: []).first)
        #expect(made.alternativeNames.dns == ["a.example"])
        #expect(made.alternativeNames.ips == ["192.0.2.1"])
    }

    @Test func overwritesNothingUnlessForced() throws {
        _ = try folder.write("dev.key", "precious")
        let error = #expect(throws: ConfigurationError.self) { try run() }
        #expect(
            error?.message == "\(folder.path)/dev.key is there already; --force overwrites it")
        #expect(try String(contentsOfFile: "\(folder.path)/dev.key", encoding: .utf8) == "precious")
        _ = try run("--force")
        #expect(try mode("dev.key") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test(arguments: [
        (["--days", "0"], "--days: expected 1 to 3650, found `0`"),
        (["--days"], "--days needs a value"),
        (["--name", "a b"], "--name: expected a host name or an IP address, found `a b`"),
        (
            ["--nam", "a"],
            "unknown option `--nam`; expected --name, --days, --out or --force"
        ),
    ])
    func refusesWordsThatMakeNoSense(_ words: [String], _ message: String) throws {
        let tool = try #require(Tls.tools.first)
        let error = #expect(throws: ConfigurationError.self) { try tool.run(words) }
        #expect(error?.message == message)
    }

    @Test func saysWhereItCannotWrite() throws {
        let tool = try #require(Tls.tools.first)
        let error = #expect(throws: ConfigurationError.self) {
            try tool.run(["--out", "\(folder.path)/none"])
        }
        #expect(error?.message == "\(folder.path)/none/dev.key: no such file")
    }
}
