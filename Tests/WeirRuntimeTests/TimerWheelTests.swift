import Testing
import WeirBase
import WeirRuntime

struct TimerWheelTests {
    static func at(_ milliseconds: Int64) -> MonotonicTime {
        MonotonicTime(nanoseconds: 5_000_000_000) + .milliseconds(milliseconds)
    }

    let target = Recorder()
    let wheel = TimerWheel(now: at(0))

    @Test func firesOnceAndNeverEarly() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(10))
        #expect(timer.deadline == Self.at(10))
        var time: Int64 = 0
        while target.fired.isEmpty && time < 1000 {
            time += 1
            wheel.advance(to: Self.at(time))
        }
        #expect(time == 10 || time == 11 || time == 12)
        #expect(!timer.isArmed)
        wheel.advance(to: Self.at(100_000))
        #expect(target.fired.count == 1)
        #expect(wheel.nextWake == .never)
    }

    @Test func wakesInTimeAndNotBusily() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(3_600_000))
        var turns = 0
        while timer.isArmed {
            let wake = wheel.nextWake
            wheel.advance(to: wake)
            turns += 1
            #expect(target.fired.isEmpty || wake >= Self.at(3_600_000))
            #expect(wake <= Self.at(3_600_002))
        }
        #expect(turns <= TimerWheelTests.levels)
    }

    static let levels = 8

    @Test func firesInTheOrderOfTime() {
        let timers = (0..<200).map { _ in LoopTimer(target) }
        let delays = timers.indices.map { Int64(($0 * 7919) % 200) * 37 + 5 }
        for (timer, delay) in zip(timers, delays) { wheel.arm(timer, at: Self.at(delay)) }
        wheel.advance(to: Self.at(100_000))
        let order = target.fired.map { timer in
            delays[timers.firstIndex { $0 === timer } ?? 0]
        }
        #expect(order == delays.sorted())
    }

    @Test func aLaterDeadlineReplacesTheEarlier() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(10))
        for time in stride(from: Int64(5), to: 5000, by: 5) {
            wheel.advance(to: Self.at(time))
            wheel.arm(timer, at: Self.at(time + 10))
        }
        #expect(target.fired.isEmpty)
        wheel.advance(to: Self.at(5004))
        #expect(target.fired.isEmpty)
        wheel.advance(to: Self.at(5010))
        #expect(target.fired.count == 1)
    }

    @Test func anEarlierDeadlineReplacesTheLater() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(60_000))
        wheel.arm(timer, at: Self.at(20))
        #expect(wheel.nextWake <= Self.at(22))
        wheel.advance(to: Self.at(22))
        #expect(target.fired.count == 1)
        wheel.advance(to: Self.at(70_000))
        #expect(target.fired.count == 1)
    }

    @Test func aCancelledTimerIsSilentAndCanBeArmedAgain() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(10))
        timer.cancel()
        #expect(timer.deadline == nil)
        wheel.advance(to: Self.at(50))
        #expect(target.fired.isEmpty)
        #expect(wheel.nextWake == .never)
        wheel.arm(timer, at: Self.at(60))
        wheel.advance(to: Self.at(62))
        #expect(target.fired.count == 1)
        wheel.arm(timer, at: .never)
        #expect(!timer.isArmed)
    }

    @Test func aPastDeadlineFiresAtTheNextTick() {
        let timer = LoopTimer(target)
        wheel.arm(timer, at: Self.at(-1000))
        wheel.advance(to: Self.at(2))
        #expect(target.fired.count == 1)
    }

    @Test func aTimerMayArmItselfWhileItFires() {
        let timer = LoopTimer(target)
        target.onTimer = { [wheel] in wheel.arm($0, at: Self.at(0)) }
        wheel.arm(timer, at: Self.at(1))
        wheel.advance(to: Self.at(500))
        #expect(target.fired.count == 1)
        wheel.advance(to: Self.at(502))
        #expect(target.fired.count == 2)
    }

    @Test func neighboursMayBeChangedWhileATimerFires() {
        let deadline = Self.at(10)
        let cancelled = LoopTimer(target)
        var ended: LoopTimer? = LoopTimer(target)
        let moved = LoopTimer(target)
        let first = LoopTimer(target)
        wheel.arm(first, at: deadline)
        wheel.arm(cancelled, at: deadline)
        if let ended { wheel.arm(ended, at: deadline) }
        wheel.arm(moved, at: deadline)
        target.onTimer = { [wheel] timer in
            guard timer === first else { return }
            cancelled.cancel()
            ended = nil
            wheel.arm(moved, at: Self.at(100))
        }
        wheel.advance(to: Self.at(50))
        #expect(target.fired.count == 1)
        wheel.advance(to: Self.at(102))
        #expect(target.fired.count == 2)
        #expect(ended == nil)
    }

    @Test func aTimerMayEndWhileItIsArmed() {
        for time in [Int64(1), 100, 10_000, 1_000_000] {
            let timer = LoopTimer(target)
            wheel.arm(timer, at: Self.at(time))
        }
        #expect(target.fired.isEmpty)
        wheel.advance(to: Self.at(2_000_000))
        #expect(target.fired.isEmpty)
    }

    @Test func aWheelMayEndBeforeItsTimers() {
        let timer = LoopTimer(target)
        var second: TimerWheel? = TimerWheel(now: Self.at(0))
        second?.arm(timer, at: Self.at(10))
        second = nil
        #expect(!timer.isArmed)
        wheel.arm(timer, at: Self.at(10))
        wheel.advance(to: Self.at(20))
        #expect(target.fired.count == 1)
    }

    @Test func aTimerMovesBetweenWheels() {
        let other = TimerWheel(now: Self.at(0))
        let timer = LoopTimer(target)
        other.arm(timer, at: Self.at(10))
        wheel.arm(timer, at: Self.at(50))
        other.advance(to: Self.at(40))
        #expect(target.fired.isEmpty)
        wheel.advance(to: Self.at(60))
        #expect(target.fired.count == 1)
    }

    @Test func reachesTheFarFuture() {
        let timers = (0..<3).map { _ in LoopTimer(target) }
        let year: Int64 = 365 * 86_400_000
        wheel.arm(timers[0], at: MonotonicTime(nanoseconds: .max - 1))
        wheel.arm(timers[1], at: Self.at(100 * year))
        wheel.arm(timers[2], at: Self.at(year))
        wheel.advance(to: Self.at(year - 1))
        #expect(target.fired.isEmpty)
        wheel.advance(to: Self.at(year + 2))
        #expect(target.fired.count == 1)
        wheel.advance(to: Self.at(100 * year - 1))
        #expect(target.fired.count == 1)
        wheel.advance(to: Self.at(100 * year + 2))
        #expect(target.fired.count == 2)
        #expect(timers[0].isArmed)
    }

    /// 100 000 timers, armed again and cancelled at random, against what each was last told.
    @Test func manyTimersFireWhenTheyWereToldLast() {
        let random = SplitMix(seed: 7)
        let window = Window()
        let targets = (0..<100_000).map { _ in Target(window) }
        var now: Int64 = 0
        func arm(_ target: Target, within range: UInt64) {
            target.expected = now + Int64(random.next() % range) + 1
            wheel.arm(target.timer, at: Self.at(target.expected))
        }
        for target in targets { arm(target, within: 20_000) }
        while now < 25_000 {
            let before = now
            now += Int64(random.next() % 50) + 1
            window.range = before - 2..<now + 1
            wheel.advance(to: Self.at(now))
            for _ in 0..<200 {
                let target = targets[Int(random.next() % 100_000)]
                if random.next() % 2 == 0 {
                    target.timer.cancel()
                    target.expected = .max
                } else {
                    arm(target, within: 5000)
                }
            }
        }
        window.range = now - 2..<now + 1_000_001
        wheel.advance(to: Self.at(now + 1_000_000))
        #expect(targets.allSatisfy { !$0.timer.isArmed })
        #expect(targets.allSatisfy { $0.expected == .max })
        #expect(targets.allSatisfy { $0.mistakes == 0 })
    }

    final class Window { var range: Range<Int64> = 0..<0 }

    final class Target: TimerTarget {
        lazy var timer = LoopTimer(self)
        let window: Window
        var expected = Int64.max
        var mistakes = 0

        init(_ window: Window) { self.window = window }

        func timerFired(_ timer: LoopTimer) {
            if !window.range.contains(expected) { mistakes += 1 }
            expected = .max
        }
    }
}

/// A repeatable sequence of random numbers.
final class SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
