import CLinux
import Testing
import WeirBase
import WeirRuntime

struct EventLoopTests {
    let loop: EventLoop

    init() throws { loop = try EventLoop(index: 3) }

    @Test func tellsOfEdgesOnce() throws {
        let pair = try Pair()
        let recorder = Recorder()
        try loop.watch(pair.server.descriptor, recorder)
        loop.run { recorder.readiness.contains { $0.contains(.writable) } }
        recorder.readiness.removeAll()
        pair.client.send("x")
        loop.run { recorder.readiness.contains { $0.contains(.readable) } }
        recorder.readiness.removeAll()
        loop.runOnce(timeout: .zero)
        #expect(recorder.readiness.isEmpty)
        pair.client.send("y")
        loop.run { recorder.readiness.contains { $0.contains(.readable) } }
        let buffer = ByteBuffer(capacity: 16)
        #expect(pair.server.read(into: buffer) == .bytes(2))
        #expect(pair.server.read(into: buffer) == .wouldBlock)
    }

    @Test func tellsOfTheHangup() throws {
        let pair = try Pair()
        let recorder = Recorder()
        try loop.watch(pair.server.descriptor, recorder)
        pair.client.shutdownWrite()
        loop.run { recorder.readiness.contains { $0.contains([.readable, .hangup]) } }
    }

    @Test func countsDescriptors() throws {
        let pair = try Pair()
        #expect(loop.openDescriptors == 0)
        try loop.watch(pair.server.descriptor, Recorder())
        #expect(loop.openDescriptors == 1)
        #expect(loop.isWatched(pair.server.descriptor))
        loop.unwatch(pair.server.descriptor)
        loop.unwatch(pair.server.descriptor)
        #expect(loop.openDescriptors == 0)
    }

    @Test func refusesWhatCannotBeWatched() throws {
        let file = unsafe weir_open_for_reading("/etc/passwd")
        defer { close(file) }
        #expect(throws: SystemError(errno: EPERM, operation: "epoll_ctl")) {
            try loop.watch(file, Recorder())
        }
        #expect(!loop.isWatched(file))
    }

    @Test(arguments: [false, true])
    func staleEventsDoNotReachTheNextOwnerOfANumber(closing: Bool) throws {
        let first = try Pair()
        let second = try Pair()
        let late = Recorder()
        let number = second.server.descriptor
        let other = first.server.descriptor
        var replaced = 0
        // Whichever comes first in the batch lets another descriptor take the number of the other.
        func replace(_ victim: StreamSocket) {
            guard replaced == 0 else { return }
            replaced = Int(victim.descriptor)
            loop.unwatch(victim.descriptor, closing: closing)
            let fresh = eventfd(1, Int32(EFD_NONBLOCK))
            dup2(fresh, victim.descriptor)
            close(fresh)
            try? loop.watchAccepting(victim.descriptor, late)
            loop.pauseAccepting(victim.descriptor)
        }
        let one = Recorder()
        let two = Recorder()
        one.onReady = { _ in replace(second.server) }
        two.onReady = { _ in replace(first.server) }
        first.client.send("x")
        second.client.send("x")
        try loop.watch(first.server.descriptor, one)
        try loop.watch(number, two)
        loop.runOnce(timeout: .seconds(5))
        #expect(replaced == Int(number) || replaced == Int(other))
        #expect(one.readiness.count + two.readiness.count == 1)
        #expect(late.readiness.isEmpty)
        loop.resumeAccepting(Int32(replaced))
        loop.run { late.readiness.count == 1 }
        loop.unwatch(Int32(replaced))
    }

    @Test func aHandlerMayUnwatchItselfAndEnd() throws {
        let pair = try Pair()
        weak var weakRecorder: Recorder?
        do {
            let recorder = Recorder()
            weakRecorder = recorder
            recorder.onReady = { [loop, unowned recorder] _ in
                loop.unwatch(pair.server.descriptor)
                recorder.jobs += 1
            }
            try loop.watch(pair.server.descriptor, recorder)
        }
        loop.runOnce(timeout: .seconds(5))
        #expect(weakRecorder == nil)
    }

    @Test func levelTriggeredDescriptorsCanBePaused() throws {
        let descriptor = eventfd(1, Int32(EFD_NONBLOCK))
        defer { close(descriptor) }
        let recorder = Recorder()
        try loop.watchAccepting(descriptor, recorder)
        loop.runOnce(timeout: .zero)
        loop.runOnce(timeout: .zero)
        #expect(recorder.readiness == [.readable, .readable])
        loop.pauseAccepting(descriptor)
        loop.runOnce(timeout: .zero)
        #expect(recorder.readiness.count == 2)
        loop.resumeAccepting(descriptor)
        loop.runOnce(timeout: .zero)
        #expect(recorder.readiness.count == 3)
        loop.unwatch(descriptor)
    }

    @Test func jobsRunAfterTheTurnWithTheirSuccessors() {
        let first = Recorder()
        let second = Recorder()
        first.onJob = { [loop] in
            if first.jobs == 1 { loop.afterTurn(second) }
        }
        loop.afterTurn(first)
        #expect(first.jobs == 0)
        loop.runOnce(timeout: nil)
        #expect(first.jobs == 1)
        #expect(second.jobs == 1)
        loop.runOnce(timeout: .zero)
        #expect(first.jobs == 1)
    }

    @Test func aJobMayLeaveAnotherAsItEnds() {
        final class Leaving: TurnJob {
            let loop: EventLoop
            let last: Recorder

            init(_ loop: EventLoop, _ last: Recorder) {
                self.loop = loop
                self.last = last
            }

            deinit { loop.afterTurn(last) }

            func runAfterTurn() {}
        }
        let last = Recorder()
        loop.afterTurn(Leaving(loop, last))
        loop.runOnce(timeout: nil)
        #expect(last.jobs == 1)
    }

    @Test func timersEndTheWait() {
        let target = Recorder()
        let timer = LoopTimer(target)
        let start = MonotonicTime.current()
        let deadline = loop.now + .milliseconds(20)
        timer.arm(on: loop, at: deadline)
        while timer.isArmed { loop.runOnce(timeout: nil) }
        #expect(MonotonicTime.current() >= deadline)
        #expect(MonotonicTime.current() - start < .seconds(5))
        #expect(target.fired.count == 1)
    }

    @Test func runEndsWithStop() {
        let target = Recorder()
        target.onTimer = { [loop] _ in loop.stop() }
        let timer = LoopTimer(target)
        timer.arm(on: loop, at: loop.now + .milliseconds(5))
        loop.run()
        #expect(target.fired.count == 1)
        loop.handle.stop()
        loop.run()
    }
}
