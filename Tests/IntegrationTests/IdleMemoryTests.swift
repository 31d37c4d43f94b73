import Foundation
import Testing
import WeirLiveTesting

/// What connections cost while nothing happens on them.
@Suite struct IdleMemoryTests {
    /// Bounds in bytes; `bench/run footprint` has the figures.
    @Test(arguments: [("http/1.1", 12 << 10), ("h2", 16 << 10)])
    func connectionsWithTLS(_ name: String, _ bound: Int) throws {
        let certificates = try Certificates.shared.get()
        let gateway = try Gateway(to: try Origin(answering: { _ in "" })) {
            $0.serveTLS(certificates)
            $0.routes = ["match: {path: /}, respond: {body: ok}"]
        }
        let result = try Python.run(
            "idle.py",
            [
                name, "\(gateway.address())", "\(gateway.process.identifier)", "400", "\(bound)",
            ])
        #expect(result.status == 0, "\(result.errors)")
        let each = Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(each.map { $0 < bound } == true, "\(each ?? -1) bytes a connection")
    }
}
