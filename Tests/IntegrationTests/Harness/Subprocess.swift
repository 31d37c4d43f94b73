import Foundation
import Synchronization
import WeirLiveTesting

/// A child process whose output goes to files. Ends with its owner, or with the tests.
final class Subprocess: Sendable {
    let identifier: pid_t
    private let ended = Mutex<Int32?>(nil)

    /// Held while a process starts, so that it inherits nothing half-made.
    static let starting = Mutex<Void>(())
    private static let running = Mutex<Set<pid_t>>([])
    private static let killsAtExit: Void = {
        atexit { for child in Subprocess.running.withLock({ $0 }) { kill(child, SIGKILL) } }
    }()

    /// Starts a command; `NAME.out` and `NAME.err` of the folder get what it writes.
    init(
        _ command: [String], writingTo folder: TemporaryFolder, name: String,
        environment: [String: String] = [:]
    ) throws {
        _ = Self.killsAtExit
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, ending) in [(Int32(1), "out"), (2, "err")] {
            unsafe posix_spawn_file_actions_addopen(
                &actions, descriptor, "\(folder.path)/\(name).\(ending)", flags, 0o600)
        }
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        var settings: [UnsafeMutablePointer<CChar>?] =
            unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") }
        unsafe settings.append(nil)
        defer {
            for index in unsafe arguments.indices { unsafe free(arguments[index]) }
            for index in unsafe settings.indices { unsafe free(settings[index]) }
        }
        var child: pid_t = 0
        let result = Self.starting.withLock { _ in
            unsafe posix_spawnp(&child, command[0], &actions, nil, arguments, settings)
        }
        guard result == 0 else { throw HarnessError("cannot start \(command[0]): error \(result)") }
        identifier = child
        Self.running.withLock { _ = $0.insert(child) }
    }

    deinit {
        guard isRunning else { return }
        signal(SIGKILL)
        _ = try? wait(within: patience)
    }

    func signal(_ number: Int32) {
        if isRunning { kill(identifier, number) }
    }

    /// The exit status, negative for the signal that ended it; nil while it runs.
    var status: Int32? {
        ended.withLock { ended in
            if let ended { return ended }
            var raw: Int32 = 0
            guard unsafe waitpid(identifier, &raw, WNOHANG) == identifier else { return nil }
            Self.running.withLock { _ = $0.remove(identifier) }
            ended = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
            return ended
        }
    }

    var isRunning: Bool { status == nil }

    /// Waits for the end and says how it was.
    func wait(within limit: Duration) throws -> Int32 {
        let deadline = Deadline(after: limit)
        while true {
            if let status { return status }
            if deadline.hasPassed { throw HarnessError("process \(identifier) does not end") }
            usleep(2000)
        }
    }
}

/// What a command wrote and how it ended.
struct CommandResult {
    let status: Int32
    let output: String
    let errors: String

    /// Runs a command to its end.
    static func of(_ command: String..., within limit: Duration = .seconds(30)) throws
        -> CommandResult
    {
        try of(command, within: limit)
    }

    /// Runs a command to its end.
    static func of(_ command: [String], within limit: Duration = .seconds(30)) throws
        -> CommandResult
    {
        let folder = try TemporaryFolder()
        let process = try Subprocess(command, writingTo: folder, name: "command")
        let status = try process.wait(within: limit)
        return CommandResult(
            status: status, output: folder.read("command.out"), errors: folder.read("command.err"))
    }
}
