package import Logging
internal import Synchronization
internal import WeirBase
package import WeirConfig
internal import WeirFilter
package import WeirRuntime

/// One worker's access-log lines on their way to the writer's thread.
final class AccessLogBuffer: TimerTarget {
    private let loop: EventLoop
    private let writer: AccessLogWriter
    private let lines = ByteBuffer(capacity: batch + 4096)
    private lazy var timer = LoopTimer(self)

    private static let batch = 64 * 1024

    init(loop: EventLoop, writer: AccessLogWriter) {
        self.loop = loop
        self.writer = writer
    }

    func write(_ stream: FilterStream, format: AccessLogFormat, clock: WallClock) {
        if lines.isEmpty {
            timer.arm(on: loop, at: loop.now + writer.flushInterval)
        }
        format.write(stream, clock: clock, to: lines)
        if lines.count >= Self.batch { flush() }
    }

    func flush() {
        guard !lines.isEmpty else { return }
        let lines = self.lines
        writer.submit(ByteString(lines.bytes).storage)
        lines.clear()
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
    private let bound = Atomic<Int>(1 << 20)
    private let flushNanoseconds = Atomic<Int64>(1_000_000_000)

    /// Creates a writer whose work runs on `loop`, which serves no connections.
    package init(loop: LoopHandle, log: Logger) {
        self.loop = loop
        self.log = log
    }

    /// Batches that were dropped because the disk was too slow or the file could not be opened.
    package var lostBatches: Int { lost.load(ordering: .relaxed) }

    /// How long lines wait for others.
    var flushInterval: Interval {
        Interval(nanoseconds: flushNanoseconds.load(ordering: .relaxed))
    }

    /// Writes as a new configuration says from now on; nil for no log.
    package func use(_ configuration: AccessLogConfiguration?) {
        let destination = configuration?.destination
        if let configuration {
            bound.store(configuration.bufferBytes, ordering: .relaxed)
            flushNanoseconds.store(configuration.flushInterval.nanoseconds, ordering: .relaxed)
        }
        loop.execute { [self] in
            file.withLock { file in
                if file?.destination == destination { return }
                file = destination.flatMap { open($0) }
            }
        }
    }

    /// Opens the file again, after it was moved away.
    package func reopen() {
        loop.execute { [self] in
            file.withLock { file in
                guard let destination = file?.destination else { return }
                if let fresh = open(destination) { file = fresh }
            }
        }
    }

    func submit(_ lines: [UInt8]) {
        guard queued.load(ordering: .relaxed) + lines.count <= bound.load(ordering: .relaxed) else {
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

    private func open(_ destination: AccessLogConfiguration.Destination) -> LogFile? {
        do throws(SystemError) {
            return try LogFile(destination)
        } catch {
            log.error("cannot open the access log \(destination): \(error)")
            return nil
        }
    }
}

/// An open log.
private final class LogFile {
    let destination: AccessLogConfiguration.Destination
    private let file: AppendingFile

    init(_ destination: AccessLogConfiguration.Destination) throws(SystemError) {
        self.destination = destination
        file =
            switch destination {
            case .standardOutput: .standardOutput
            case .standardError: .standardError
            case .file(let path): try AppendingFile(path: path)
            }
    }

    /// Writes everything; false when the file takes no more.
    func write(_ bytes: [UInt8]) -> Bool { file.write(bytes) }
}
