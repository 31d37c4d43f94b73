import Foundation
import WeirLiveTesting

/// As many requests as gateways take, from `wrk`: one for each of them.
final class Loads {
    private let gateways: [Gateway]
    private let folder = Result { try TemporaryFolder() }
    private var processes: [Subprocess] = []

    init(_ gateways: [Gateway]) throws { self.gateways = gateways }

    func run(seconds: Int) throws {
        try start(seconds: seconds)
        try finish()
    }

    func start(seconds: Int) throws {
        processes = try gateways.enumerated().map { index, gateway in
            try Subprocess(
                [
                    "wrk", "--threads", "1", "--connections", "16", "--timeout", "10s",
                    "--duration", "\(seconds)s", "http://\(try gateway.address())/",
                ], writingTo: try folder.get(), name: "load-\(index)")
        }
    }

    func finish() throws {
        for process in processes { _ = try process.wait(within: .seconds(60)) }
    }

    /// What `wrk` says.
    var report: String {
        processes.indices.map { (try? folder.get().read("load-\($0).out")) ?? "" }.joined()
    }

    /// Connections that failed or timed out.
    var errors: Int {
        report.split(separator: "\n").filter { $0.contains("Socket errors:") }.reduce(0) {
            $0 + $1.split { !$0.isNumber }.reduce(0) { $0 + (Int($1) ?? 0) }
        }
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
