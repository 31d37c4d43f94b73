import Foundation
import Logging
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirRuntime
import WeirServer

/// Something that keeps a loop busy is named while it does.
@Suite struct StallWatchTests {
    /// Keeps what was logged.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.level): \(event.message)") }
        }
    }

    private func lines(named filter: String?) throws -> [String] {
        let lines = Lines()
        let log = Logger(label: "test") { _ in Handler(lines: lines) }
        let registry = MetricsRegistry()
        let row = filter.map { registry.base(.filter, "edge", $0) }
        let loop = try EventLoop(index: 3)
        let marker = FilterMarker()
        let (handle, pulse) = (loop.handle, loop.pulse)
        let isOver = DispatchSemaphore(value: 0)
        let isFree = DispatchSemaphore(value: 0)
        handle.execute {
            if let row { marker.enter(row) }
            isOver.wait()
            marker.leave()
        }
        nonisolated(unsafe) let carried = loop
        Thread.detachNewThread {
            unsafe carried.run()
            isFree.signal()
        }

        let control = try EventLoop(index: -1)
        let watch = StallWatch(
            [StallWatch.Watched(index: 3, pulse: pulse, marker: marker)],
            limit: .milliseconds(2), registry: registry, control: control, log: log)
        func wait(for count: Int) {
            for _ in 0..<10_000 where lines.all.withLock({ $0.count < count }) {
                control.runOnce(timeout: .milliseconds(1))
            }
        }
        wait(for: 1)
        // It is said once, however long it takes.
        for _ in 0..<10 { control.runOnce(timeout: .milliseconds(2)) }
        isOver.signal()
        wait(for: 2)
        watch.stop()
        handle.stop()
        isFree.wait()
        return lines.all.withLock { $0 }
    }

    @Test func theFilterIsNamed() throws {
        let lines = try lines(named: "slow")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("warning: filter `slow` has kept loop 3 busy") == true)
        #expect(lines.last?.hasPrefix("notice: loop 3 goes on after about") == true)
    }

    @Test func withoutAFilterItIsTheGateway() throws {
        let lines = try lines(named: nil)
        #expect(lines.first?.contains("the gateway itself, no filter") == true)
    }
}
