import Foundation
import Testing
import WeirLiveTesting

/// Certificates of an authority of the tests' own, made once per run by `openssl`.
final class Certificates: Sendable {
    /// The set that all tests share.
    static let shared = Result { try Certificates() }

    let folder: TemporaryFolder

    /// What signs the others.
    var authority: String { path("ca.pem") }

    private init() throws {
        folder = try TemporaryFolder()
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", path("ca.key"), "-out", authority, "-days", "30", "-subj",
            "/CN=Weir Test Authority", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        try make(
            "server", names: ["DNS:localhost", "DNS:a.example", "IP:127.0.0.1", "IP:127.0.0.2"])
        try make("server-rsa", names: ["DNS:localhost", "DNS:a.example"], algorithm: "rsa:2048")
        try make("other", names: ["DNS:b.example", "DNS:*.c.example"])
        try make("client", names: ["URI:spiffe://example/client", "DNS:client.example"])
    }

    /// A file of the set.
    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Makes `NAME.pem` and `NAME.key`, signed by the authority.
    func make(
        _ name: String, names: [String], algorithm: String = "ec", days: Int = 30
    ) throws {
        var request = ["req", "-newkey", algorithm, "-nodes", "-subj", "/CN=\(name)"]
        if algorithm == "ec" { request += ["-pkeyopt", "ec_paramgen_curve:P-256"] }
        request += ["-keyout", path("\(name).key"), "-out", path("\(name).csr")]
        try openssl(request)
        try folder.write("subjectAltName=\(names.joined(separator: ","))\n", to: "\(name).ext")
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-CA", authority, "-CAkey",
            path("ca.key"), "-CAcreateserial", "-CAserial", path("\(name).srl"), "-days",
            "\(days)", "-extfile", path("\(name).ext"), "-out", path("\(name).pem"))
    }

    private func openssl(_ arguments: String...) throws { try openssl(arguments) }

    private func openssl(_ arguments: [String]) throws {
        let result = try CommandResult.of(["openssl"] + arguments)
        guard result.status == 0 else {
            throw HarnessError("openssl \(arguments[0]) failed: \(result.errors)")
        }
    }
}

extension Configuration {
    /// Puts TLS, and HTTP/2 if wanted, under the listener's `connection`.
    mutating func serveTLS(
        _ certificates: Certificates, http2: Bool = true, more: [String] = []
    ) {
        let pairs =
            "{chain: \(certificates.path("server.pem")), "
            + "key: \(certificates.path("server.key"))}"
        let fields = (["certificates: [\(pairs)]"] + more).joined(separator: ", ")
        listener.append("connection: [tls: {\(fields)}\(http2 ? ", http2" : "")]")
    }
}
