import Foundation
import Testing

/// `weir check` opens what filters would open: certificates that `openssl` has made.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
final class CheckFilesTests {
    /// A certificate that soon expires in `a.pem` and `a.key`, a fresh one in `b.pem` and `b.key`.
    private let folder = FileManager.default.temporaryDirectory
        .appending(path: "weir-check-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, days) in [("a", "2"), ("b", "90")] {
            let openssl = Process()
            openssl.executableURL = URL(filePath: "/usr/bin/openssl")
            openssl.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=a.example", "-addext", "subjectAltName=DNS:a.example", "-days", days,
                "-keyout", folder.appending(path: "\(name).key").path,
                "-out", folder.appending(path: "\(name).pem").path,
            ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try #require(openssl.terminationStatus == 0)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func check(
        _ chain: String, _ key: String, _ options: String...
    ) throws -> Command.Outcome {
        let file = "gateway.yaml"
        let text = """
            listeners:
              - name: edge
                address: 127.0.0.1:8443
                connection:
                  - tls: {certificates: [{chain: \(chain), key: \(key)}]}
                routes: [{respond: {}}]
                server-names:
                  - {names: [a.example, "*.b.example"], filters: [hsts]}
            """
        try text.write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
        return try Command.run(["check", file] + options, in: folder)
    }

    @Test func goodFilesAreGood() throws {
        let outcome = try check("b.pem", "b.key", "--strict")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.output.contains("127.0.0.1:8443            tls; 1 route; filters: none"))
        #expect(outcome.output.contains("  a.example, *.b.example  1 route; filters: hsts"))
    }

    @Test func whatFiltersComplainOfIsAWarning() throws {
        let outcome = try check("a.pem", "a.key")
        #expect(outcome.status == 0)
        #expect(
            outcome.errors.contains(
                "gateway.yaml:5:14: warning: listeners[0].connection[0].tls: ./a.pem: the "
                    + "certificate expires in"), "\(outcome.errors)")
        let strict = try check("a.pem", "a.key", "--strict")
        #expect(strict.status == 1)
    }

    @Test func whatDoesNotFitIsAnErrorAtItsField() throws {
        let outcome = try check("b.pem", "a.key")
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        #expect(
            outcome.errors.contains(
                "gateway.yaml:5:50: error: listeners[0].connection[0].tls.certificates[0].key: "
                    + "./a.key: the key does not match"), "\(outcome.errors)")
        #expect(outcome.errors.contains("  5 |       - tls: {certificates"))
        let missing = try check("b.pem", "c.key")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("tls.certificates[0].key: ./c.key: "), "\(missing.errors)")
    }
}
