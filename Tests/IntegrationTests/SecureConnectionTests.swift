import Foundation
import Testing
import WeirLiveTesting

/// TLS with `openssl s_client`, and with endpoints that speak it.
@Suite struct SecureConnectionTests {
    static let request = "GET /x HTTP/1.1\\r\\nhost: localhost\\r\\nconnection: close\\r\\n\\r\\n"

    /// What `openssl s_client` says of a connection on which it sends one request.
    static func client(_ gateway: Gateway, _ options: String) throws -> String {
        let certificates = try Certificates.shared.get()
        let command =
            "printf '\(request)' | openssl s_client -connect \(try gateway.address()) "
            + "-CAfile \(certificates.authority) -ign_eof \(options)"
        let result = try CommandResult.of("bash", "-c", command)
        return result.output + result.errors
    }

    static func gateway(_ change: (inout Configuration, Certificates) -> Void) throws -> Gateway {
        let certificates = try Certificates.shared.get()
        return try Gateway(to: try Origin(answering: Answer.echo)) { change(&$0, certificates) }
    }

    @Test func versionsAndProtocols() throws {
        let gateway = try Self.gateway { $0.serveTLS($1) }
        for (options, expected) in [
            ("-tls1_3", "New, TLSv1.3"), ("-tls1_2", "New, TLSv1.2"),
            ("-alpn http/1.1", "ALPN protocol: http/1.1"),
            ("-alpn spdy/1,http/1.1", "ALPN protocol: http/1.1"), ("", "No ALPN negotiated"),
        ] {
            let said = try Self.client(gateway, options)
            #expect(said.contains(expected), "\(options)")
            #expect(said.contains("Verify return code: 0 (ok)"), "\(options)")
            #expect(said.contains("HTTP/1.1 200 OK"), "\(options)")
        }
        let chosen = try CommandResult.of(
            "openssl", "s_client", "-connect", "\(try gateway.address())", "-alpn", "http/1.1,h2")
        #expect(chosen.output.contains("ALPN protocol: h2"))
        for (options, cause) in [
            ("-tls1_1 -cipher ALL:@SECLEVEL=0", "tls_unsupported_version"),
            ("-tls1_2 -cipher AES128-SHA", "tls_no_shared_cipher"),
            ("-alpn spdy/1", "tls_no_shared_protocol"),
        ] {
            #expect(try !Self.client(gateway, options).contains("HTTP/1.1 200"), "\(options)")
            let count = try gateway.metric("weir_connection_failures_total", "\"\(cause)\"")
            #expect(count == 1, "\(options)")
        }
    }

    /// Tickets are good on every worker: connections are spread over them by chance.
    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func resumption(_ version: String) throws {
        let gateway = try Self.gateway {
            $0.workers = 4
            $0.serveTLS($1)
        }
        let file = "\(gateway.folder.path)/session"
        #expect(try Self.client(gateway, "\(version) -sess_out \(file)").contains("New, TLSv1"))
        for _ in 0..<8 {
            let said = try Self.client(gateway, "\(version) -sess_in \(file)")
            #expect(said.contains("Reused, TLSv1") && said.contains("HTTP/1.1 200 OK"))
        }
    }

    @Test func clientCertificates() throws {
        let gateway = try Self.gateway {
            $0.serveTLS(
                $1, more: ["client-certificates: {mode: required, ca: \($1.authority)}"])
        }
        let certificates = try Certificates.shared.get()
        let pair =
            "-cert \(certificates.path("client.pem")) -key \(certificates.path("client.key"))"
        for version in ["-tls1_2", "-tls1_3"] {
            #expect(try Self.client(gateway, "\(version) \(pair)").contains("HTTP/1.1 200 OK"))
            #expect(try !Self.client(gateway, version).contains("HTTP/1.1 200"))
        }
        let count = try gateway.metric(
            "weir_connection_failures_total", "\"tls_no_client_certificate\"")
        #expect(count == 2)
    }

    @Test func certificatesByName() throws {
        let gateway = try Self.gateway { configuration, certificates in
            let pairs = ["server", "server-rsa", "other"].map {
                "{chain: \(certificates.path("\($0).pem")), key: \(certificates.path("\($0).key"))}"
            }
            configuration.listener.append(
                "connection: [tls: {certificates: [\(pairs.joined(separator: ", "))]}]")
        }
        for (options, subject) in [
            ("-servername a.example", "CN = server"), ("-servername b.example", "CN = other"),
            ("-servername x.c.example", "CN = other"),
            ("-servername unknown.example", "CN = server"),
            ("-noservername", "CN = server"),
            ("-servername a.example -sigalgs RSA-PSS+SHA256", "CN = server-rsa"),
            (
                "-servername a.example -tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256",
                "CN = server-rsa"
            ),
        ] {
            let said = try Self.client(gateway, options)
            #expect(said.contains("subject=\(subject)\n"), "\(options)")
            #expect(said.contains("HTTP/1.1 200 OK"), "\(options)")
        }
    }

    @Test func staples() throws {
        let certificates = try Certificates.shared.get()
        let folder = try TemporaryFolder()
        let serial = try CommandResult.of(
            "openssl", "x509", "-noout", "-serial", "-in", certificates.path("server.pem"))
        let number = serial.output.dropFirst(7).trimmingCharacters(in: .newlines)
        try folder.write("V\t491231235959Z\t\t\(number)\tunknown\t/CN=server\n", to: "index")
        let staple = "\(folder.path)/staple"
        let server = certificates.path("server.pem")
        let made = try CommandResult.of(
            "bash", "-c",
            """
            openssl ocsp -issuer \(certificates.authority) -cert \(server) \
            -no_nonce -reqout \(folder.path)/request && \
            openssl ocsp -index \(folder.path)/index -CA \(certificates.authority) \
            -rsigner \(certificates.authority) -rkey \(certificates.path("ca.key")) -ndays 1 \
            -reqin \(folder.path)/request -respout \(staple)
            """)
        #expect(made.status == 0, "\(made.errors)")
        let gateway = try Self.gateway { configuration, certificates in
            let pair =
                "{chain: \(certificates.path("server.pem")), "
                + "key: \(certificates.path("server.key")), ocsp-staple: \(staple)}"
            configuration.listener.append("connection: [tls: {certificates: [\(pair)]}]")
        }
        for version in ["-tls1_2", "-tls1_3"] {
            let said = try Self.client(gateway, "\(version) -status")
            #expect(said.contains("OCSP Response Status: successful") && said.contains("good"))
            #expect(try Self.client(gateway, version).contains("OCSP response") == false)
        }
    }

    // MARK: Endpoints

    /// A server that is started with a free port, once it listens there.
    static func server(
        _ folder: TemporaryFolder, _ command: (UInt16) -> [String]
    ) throws -> (process: Subprocess, address: Address) {
        let probe = try Socket.listen(on: .ip("127.0.0.1", 0))
        let port = probe.port
        probe.close()
        let process = try Subprocess(command(port), writingTo: folder, name: "server")
        let address = Address.ip("127.0.0.1", port)
        try eventually("the server listens") { (try? Socket.connect(to: address)) != nil }
        return (process, address)
    }

    /// Asks an endpoint through a gateway whose cluster has this `tls`.
    static func ask(
        _ address: Address, _ tls: String, http2: Bool, _ path: String = "/"
    ) throws -> Message {
        var configuration = Configuration(endpoints: ["\(address)"])
        configuration.cluster = ["connection: [tls: {\(tls)}\(http2 ? ", http2" : "")]"]
        return try Gateway(configuration).client().get(path)
    }

    static func check(_ address: Address, http2: Bool, path: String, body: String) throws {
        let authority = "ca: \(try Certificates.shared.get().authority)"
        let good = try ask(address, "\(authority), server-name: localhost", http2: http2, path)
        #expect(good.status == 200 && good.body.text.contains(body))
        let byAddress = try ask(address, authority, http2: http2, path)
        #expect(byAddress.status == 200, "its address is in the certificate")
        for (tls, cause) in [
            ("server-name: localhost", "tls_unknown_authority"),
            ("\(authority), server-name: z.example", "tls_name_mismatch"),
        ] {
            let refused = try ask(address, tls, http2: http2, path)
            #expect(refused.status == 502 && refused.cause == cause)
        }
        #expect(try ask(address, "unsafe-skip-verify: true", http2: http2, path).status == 200)
    }

    @Test func endpointsOfHTTP2() throws {
        let certificates = try Certificates.shared.get()
        let folder = try TemporaryFolder()
        try folder.write("from nghttpd", to: "file")
        let (process, address) = try Self.server(folder) {
            [
                "nghttpd", "-a", "127.0.0.1", "-d", folder.path, "\($0)",
                certificates.path("server.key"), certificates.path("server.pem"),
            ]
        }
        try Self.check(address, http2: true, path: "/file", body: "from nghttpd")
        #expect(process.isRunning)
    }

    @Test func endpointsOfHTTP1() throws {
        let certificates = try Certificates.shared.get()
        let folder = try TemporaryFolder()
        let (process, address) = try Self.server(folder) {
            [
                "openssl", "s_server", "-accept", "127.0.0.1:\($0)", "-www", "-cert",
                certificates.path("server.pem"), "-key", certificates.path("server.key"),
            ]
        }
        try Self.check(address, http2: false, path: "/", body: "s_server")
        // It speaks no HTTP/2, so a cluster that wants to has no connection.
        let authority = "ca: \(certificates.authority), server-name: localhost"
        let refused = try Self.ask(address, authority, http2: true)
        #expect(refused.status == 502 && refused.cause == "tls_no_shared_protocol")
        #expect(process.isRunning)
    }
}
