import Foundation
import Testing
import WeirLiveTesting

/// A real Redis that keeps everything in memory, in a folder of its own.
final class RedisServer {
    let folder: TemporaryFolder
    let port: UInt16
    /// Where it serves TLS; 0 for nowhere.
    let securePort: UInt16
    private let settings: [String]
    private(set) var process: Subprocess?

    /// Starts it; `more` are further settings as its command line takes them.
    init(certificates: Certificates? = nil, _ more: [String] = []) throws {
        folder = try TemporaryFolder()
        port = try Self.freePort()
        var settings = [
            "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", folder.path, "--daemonize", "no", "--protected-mode", "no",
        ]
        if let certificates {
            securePort = try Self.freePort()
            settings += [
                "--tls-port", "\(securePort)", "--tls-auth-clients", "no",
                "--tls-cert-file", certificates.path("server.pem"),
                "--tls-key-file", certificates.path("server.key"),
                "--tls-ca-cert-file", certificates.authority,
            ]
        } else {
            securePort = 0
        }
        self.settings = settings + more
        try start()
    }

    /// Redis cannot be asked for any port, so one is taken that nobody has at the moment, below
    /// those that the system gives to others.
    private static func freePort() throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 12_000...19_000)
            // A node of a cluster listens 10,000 above, too.
            let sockets = try? [port, port + 10_000].map {
                try Socket.listen(on: .ip("127.0.0.1", $0))
            }
            guard let sockets else { continue }
            for socket in sockets { socket.close() }
            return port
        }
        throw HarnessError("no port is free for Redis")
    }

    /// Starts it again on the same port.
    func start() throws {
        process = try Subprocess(
            ["redis-server"] + settings, writingTo: folder, name: "redis")
        try eventually("Redis answers") {
            if process?.isRunning == false {
                throw HarnessError("Redis has ended: \(folder.read("redis.out"))")
            }
            return (try? say("PING"))?.hasPrefix("+") == true
                || (try? say("PING"))?.hasPrefix("-NOAUTH") == true
        }
    }

    /// Ends it without a word to anybody.
    func kill() throws {
        process?.signal(SIGKILL)
        _ = try process?.wait(within: patience)
    }

    /// The first line of the reply to a command; of a bulk string all of it.
    func say(_ words: String..., password: String? = nil) throws -> String {
        let socket = try Socket.connect(to: .ip("127.0.0.1", port))
        let reader = MessageReader(socket, patience: patience)
        if let password {
            try socket.send(Self.command(["AUTH", password]))
            _ = try reader.takeLine()
        }
        try socket.send(Self.command(words))
        let line = try reader.takeLine().text.trimmingCharacters(in: .newlines)
        guard line.hasPrefix("$"), let count = Int(line.dropFirst()), count >= 0 else {
            return line
        }
        return try reader.take(count).text
    }

    /// The keys of a pattern.
    func keys(_ pattern: String) throws -> [String] {
        let socket = try Socket.connect(to: .ip("127.0.0.1", port))
        try socket.send(Self.command(["KEYS", pattern]))
        let reader = MessageReader(socket, patience: patience)
        func number() throws -> Int {
            Int(Array(try reader.takeLine().dropFirst().dropLast(2)).text) ?? 0
        }
        return try (0..<number()).map { _ in
            Array(try reader.take(number() + 2).dropLast(2)).text
        }
    }

    /// How often a command was called, as Redis counts.
    func calls(of command: String) throws -> Int {
        let line = try say("INFO", "commandstats").split(separator: "\r\n")
            .first { $0.hasPrefix("cmdstat_\(command):calls=") }
        return line.flatMap { Int($0.split { "=,".contains($0) }[1]) } ?? 0
    }

    static func command(_ words: [String]) -> [UInt8] {
        Array("*\(words.count)\r\n")
            + words.flatMap { Array("$\($0.utf8.count)\r\n\($0)\r\n") }
    }
}

/// A Redis Cluster of three nodes.
final class RedisCluster {
    let nodes: [RedisServer]

    init() throws {
        nodes = try (0..<3).map { _ in
            try RedisServer(["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"])
        }
        let addresses = nodes.map { "127.0.0.1:\($0.port)" }
        let result = try CommandResult.of(
            ["redis-cli", "--cluster", "create"] + addresses + ["--cluster-yes"],
            within: .seconds(60))
        guard result.status == 0 else { throw HarnessError(result.output + result.errors) }
        for node in nodes {
            try eventually("the cluster is whole", within: .seconds(30)) {
                try node.say("CLUSTER", "INFO").contains("cluster_state:ok")
            }
        }
    }

    /// The nodes that have a key of the pattern, with the key.
    func places(of pattern: String) throws -> [(node: RedisServer, key: String)] {
        try nodes.flatMap { node in try node.keys(pattern).map { (node, $0) } }
    }
}
