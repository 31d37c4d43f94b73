import Testing
import WeirBase
import WeirRuntime

struct WallClockTests {
    @Test func formatsTheExampleOfTheRFC() {
        let clock = WallClock()
        clock.set(unixMilliseconds: 784_111_777_042)
        #expect(clock.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(clock.iso8601 == "1994-11-06T08:49:37.042Z")
        clock.set(unixMilliseconds: 784_111_778_000)
        #expect(clock.httpDate == "Sun, 06 Nov 1994 08:49:38 GMT")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
        (1_735_689_599_000, "2024-12-31T23:59:59.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func knowsTheCalendar(milliseconds: Int, text: ByteString) {
        var bytes: [UInt8] = []
        CivilTime(unixMilliseconds: Int64(milliseconds)).appendISO8601(to: &bytes)
        #expect(ByteString(bytes) == text)
    }

    @Test func everyDayFollowsTheOneBefore() {
        var before = CivilTime(unixMilliseconds: -86_400_000)
        for day in 0..<60_000 {
            let next = CivilTime(unixMilliseconds: Int64(day) * 86_400_000)
            #expect(next.weekday == (before.weekday + 1) % 7)
            #expect(
                next.day == before.day + 1
                    || next.day == 1 && (next.month == before.month + 1 || next.month == 1))
            before = next
        }
    }

    @Test func refreshesAtMostOncePerMillisecond() {
        let clock = WallClock()
        clock.refresh(now: MonotonicTime(nanoseconds: 0))
        let real = clock.unixMilliseconds
        clock.set(unixMilliseconds: 1)
        clock.refresh(now: MonotonicTime(nanoseconds: 999_999))
        #expect(clock.unixMilliseconds == 1)
        clock.refresh(now: MonotonicTime(nanoseconds: 1_000_000))
        #expect(clock.unixMilliseconds >= real)
    }
}
