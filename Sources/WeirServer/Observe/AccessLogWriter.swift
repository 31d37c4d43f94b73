internal import CLinux
package import Logging
internal import Synchronization
internal import WeirBase
internal import WeirFilter
package import WeirRuntime

/// One worker's access-log lines on their way to the writer's thread.
final class AccessLogBuffer: TimerTarget {
    private let loop: EventLoop
    private let writer: AccessLogWriter
    private var lines: [UInt8] = []
    private lazy var timer = LoopTimer(self)

    private static let batch = 64 * 1024

    init(loop: EventLoop, writer: AccessLogWriter) {
        self.loop = loop
        self.writer = writer
    }

    func write(_ stream: FilterStream, format: AccessLogFormat, clock: WallClock) {
        if lines.isEmpty {
            lines.reserveCapacity(Self.batch + 4096)
            timer.arm(on: loop, at: loop.now + .milliseconds(100))
        }
        format.write(stream, clock: clock, to: &lines)
        if lines.count >= Self.batch { flush() }
    }

    func flush() {
        guard !lines.isEmpty else { return }
        writer.submit(lines)
        lines = []
    }

    func timerFired(_ timer: LoopTimer) { flush() }
}

/// Writes access-log lines on a thread of its own, so that a slow disk holds up no request.
package final class AccessLogWriter: Sendable {
    private let loop: LoopHandle
    private let log: Logger
    private let queued = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)
    /// Touched by the writer's thread, but for `close` after it has ended.
    private let file = Mutex<LogFile?>(nil)

    /// Bytes that may wait for the disk; lines beyond are dropped and counted.
    private static let bound = 64 << 20

    /// Creates a writer whose work runs on `loop`, which serves no connections.
    package init(loop: LoopHandle, log: Logger) {
        self.loop = loop
        self.log = log
    }

    /// Batches that were dropped because the disk was too slow or the file could not be opened.
    package var lostBatches: Int { lost.load(ordering: .relaxed) }

    /// Writes to another file from now on; nil for none, `stdout` for standard output.
    package func use(path: String?) {
        loop.execute { [self] in
            file.withLock { file in
                if file?.path == path { return }
                file = path.flatMap { open($0) }
            }
        }
    }

    /// Opens the file again, after it was moved away.
    package func reopen() {
        loop.execute { [self] in
            file.withLock { file in
                guard let path = file?.path else { return }
                if let fresh = open(path) { file = fresh }
            }
        }
    }

    func submit(_ lines: [UInt8]) {
        guard queued.load(ordering: .relaxed) + lines.count <= Self.bound else {
            lost.add(1, ordering: .relaxed)
            return
        }
        queued.add(lines.count, ordering: .relaxed)
        loop.execute { [self] in
            file.withLock { file in
                if file?.write(lines) != true { lost.add(1, ordering: .relaxed) }
            }
            queued.subtract(lines.count, ordering: .relaxed)
        }
    }

    private func open(_ path: String) -> LogFile? {
        let file = LogFile(path: path)
        if file == nil { log.error("cannot open access log \(path): error \(errno)") }
        return file
    }
}

/// An open log file.
private final class LogFile {
    let path: String
    private let descriptor: Int32

    init?(path: String) {
        self.path = path
        descriptor =
            path == "stdout"
            ? 1 : open_file(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        if descriptor < 0 { return nil }
    }

    deinit {
        if descriptor > 1 { close(descriptor) }
    }

    /// Writes everything; false when the file takes no more.
    func write(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe CLinux.write(
                    descriptor, buffer.baseAddress.unsafelyUnwrapped + offset,
                    bytes.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }
}
