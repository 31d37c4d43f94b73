import CLinux
import Testing
import WeirBase
import WeirRuntime

struct SignalWatcherTests {
    @Test func deliversSignalsOnTheLoop() throws {
        let seen = Collected<Int32>()
        // A thread of its own, as blocking lasts and the signal is for this thread alone.
        let thread = try WorkerThread.start(name: "signals") {
            do {
                let loop = try EventLoop(index: 0)
                let watcher = try SignalWatcher(signals: [SIGUSR1, SIGUSR2], loop: loop) {
                    seen.append($0)
                }
                raise(SIGUSR2)
                loop.run { seen.values.count == 1 }
                raise(SIGUSR1)
                loop.run { seen.values.count == 2 }
                watcher.stop()
                watcher.stop()
                raise(SIGUSR1)
                loop.runOnce(timeout: .zero)
            } catch {
                Issue.record(error)
            }
        }
        thread.join()
        #expect(seen.values == [SIGUSR2, SIGUSR1])
    }

    @Test func mayStopWhileItDelivers() throws {
        let seen = Collected<Int32>()
        let thread = try WorkerThread.start(name: "signals") {
            do {
                let loop = try EventLoop(index: 0)
                var watcher: SignalWatcher?
                watcher = try SignalWatcher(signals: [SIGUSR1, SIGUSR2], loop: loop) {
                    seen.append($0)
                    watcher?.stop()
                }
                raise(SIGUSR2)
                raise(SIGUSR1)
                loop.run { seen.values.count == 1 }
                loop.runOnce(timeout: .zero)
            } catch {
                Issue.record(error)
            }
        }
        thread.join()
        #expect(seen.values.count == 1)
    }
}
