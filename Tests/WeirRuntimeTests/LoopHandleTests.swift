import Synchronization
import Testing
import WeirBase
import WeirRuntime

struct LoopHandleTests {
    @Test func runsJobsOfItsOwnThreadInOrder() throws {
        let loop = try EventLoop(index: 0)
        let handle = loop.handle
        let seen = Mutex<[Int]>([])
        handle.execute {
            seen.withLock { $0.append(1) }
            handle.execute { seen.withLock { $0.append(3) } }
        }
        handle.execute { seen.withLock { $0.append(2) } }
        loop.runOnce(timeout: .seconds(5))
        let order = seen.withLock { $0 }
        #expect(order == [1, 2, 3])
    }

    @Test func runsJobsOfManyThreads() throws {
        let loop = try EventLoop(index: 0)
        let handle = loop.handle
        let total = Counter()
        let wrong = Counter()
        let threads = try (0..<4).map { _ in
            try WorkerThread.start(name: "sender") {
                for _ in 0..<10_000 {
                    handle.execute {
                        total.add()
                        if !handle.isOnLoop { wrong.add() }
                    }
                }
            }
        }
        loop.run { total.value == 40_000 }
        for thread in threads { thread.join() }
        #expect(wrong.value == 0)
        #expect(!handle.isOnLoop)
    }

    @Test func wakesASleepingLoop() throws {
        let loop = try EventLoop(index: 0)
        let handle = loop.handle
        let thread = try WorkerThread.start(name: "waker") {
            handle.execute { handle.assumeOnLoop { $0.stop() } }
        }
        loop.run()
        thread.join()
    }

    @Test func whatIsSentBeforeTheStartIsRun() throws {
        let running = try RunningLoop()
        running.handle.stop()
        running.join()
    }

    actor OnLoop {
        let handle: LoopHandle
        var count = 0

        init(_ handle: LoopHandle) { self.handle = handle }

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            unsafe handle.asUnownedSerialExecutor()
        }

        func step() -> Bool {
            count += 1
            return handle.isOnLoop
        }

        nonisolated func assumed() -> Int { assumeIsolated { $0.count } }
    }

    @Test func runsAnActor() async throws {
        let running = try RunningLoop()
        let actor = OnLoop(running.handle)
        var all = true
        for _ in 0..<100 {
            let onLoop = await actor.step()
            await Task.yield()
            all = all && onLoop
        }
        #expect(all)
        let assumed = await withCheckedContinuation { continuation in
            running.handle.execute { continuation.resume(returning: actor.assumed()) }
        }
        #expect(assumed == 100)
        running.stop()
    }

    @Test func runsATaskThatPrefersIt() async throws {
        let running = try RunningLoop()
        let handle = running.handle
        let task = Task(executorPreference: handle) {
            var all = handle.isOnLoop
            for _ in 0..<100 {
                await Task.yield()
                all = all && handle.isOnLoop
            }
            return all
        }
        #expect(await task.value)
        running.stop()
    }

    @Test func resumesOnTheLoop() async throws {
        let running = try RunningLoop()
        let handle = running.handle
        let task = Task(executorPreference: handle) {
            let value = await withCheckedContinuation { continuation in
                handle.execute { continuation.resume(returning: 42) }
            }
            return handle.isOnLoop ? value : -1
        }
        #expect(await task.value == 42)
        running.stop()
    }
}

/// A number that threads count up together.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .acquiring) }
    func add() { count.add(1, ordering: .acquiringAndReleasing) }
}

/// A loop on a thread of its own: a test must not block the few threads of Swift's pool.
struct RunningLoop {
    let handle: LoopHandle
    private let thread: WorkerThread

    init() throws {
        let loop = try EventLoop(index: 0)
        handle = loop.handle
        thread = try WorkerThread.start(name: "loop") { loop.run() }
    }

    func join() { thread.join() }

    func stop() {
        handle.stop()
        thread.join()
    }
}
