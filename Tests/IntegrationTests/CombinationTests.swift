import Foundation
import Testing
import WeirLiveTesting

/// HTTP/1.1 and HTTP/2 on either side: messages mean the same whatever carries them.
///
/// `Scripts/combine.py` plays the client and the origin, and checks both ends of each message.
@Suite struct CombinationTests {
    struct Report: Decodable {
        let count: Int
        let failures: [String: String]
    }

    @Test(arguments: ["h1", "h2"], ["h1", "h2"])
    func messages(from client: String, to origin: String) throws {
        let folder = try TemporaryFolder()
        let socket = "\(folder.path)/origin"
        var configuration = Configuration(endpoints: ["unix:\(socket)"])
        // One worker, so that requests for one connection find it.
        configuration.workers = 1
        configuration.listener = ["connection: [http2]"]
        if origin == "h2" { configuration.cluster = ["connection: [http2]"] }
        let gateway = try Gateway(configuration)
        let result = try Python.run(
            "combine.py",
            [
                client, origin, "\(gateway.address())", socket,
                "\(gateway.process.identifier)",
            ])
        guard result.status == 0 else { throw HarnessError(result.errors) }
        let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        #expect(report.count > 20)
        for (name, failure) in report.failures { Issue.record("\(name): \(failure)") }
    }
}
