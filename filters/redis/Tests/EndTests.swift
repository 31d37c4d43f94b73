import Testing
import WeirBase
import WeirFilter

@testable import RedisFilter

/// How connections end, and what becomes of their calls.
@Suite struct EndTests {
    @Test(arguments: [
        ("+OK\r\n+OK\r\n", "redis_unexpected_reply"),
        (">2\r\n$10\r\ninvalidate\r\n*0\r\n", "redis_protocol_error"),
        ("\r\n", "redis_protocol_error"),
        ("$" + String(repeating: "9", count: 40) + "\r\n", "redis_protocol_error"),
        (String(repeating: "*1\r\n", count: 40), "redis_protocol_error"),
    ])
    func aBrokenServerEndsTheConnection(_ reply: String, _ cause: String) throws {
        let test = try RedisTest()
        _ = test.ask(command("PING"))
        test.reply(reply)
        #expect(test.isClosed && test.host.cause == cause)
    }

    @Test(arguments: [1, 100, 100_000])
    func repliesAreBounded(_ pieces: Int) throws {
        let bound: (inout Redis.Configuration) -> Void = {
            $0.clientName = ""
            $0.maxReply = .init(1024)
        }
        let test = try RedisTest(bound)
        let caller = test.ask(command("GET", "a"))
        test.reply("$2000\r\n" + String(repeating: "x", count: 2000) + "\r\n", pieces: pieces)
        #expect(test.host.cause == "redis_reply_too_large")
        #expect(caller.failure != nil && caller.body.isEmpty)
        let fits = try RedisTest(bound)
        let other = fits.ask(command("GET", "a"))
        fits.reply("$1015\r\n" + String(repeating: "x", count: 1015) + "\r\n", pieces: pieces)
        #expect(other.isComplete)
    }

    @Test func whatWasSentIsNotSentAgain() throws {
        let test = try RedisTest()
        let sent = test.ask(command("INCR", "a"))
        let unsent = Caller()
        _ = test.codec.open(unsent).sendBody("*1".utf8.span)
        let slow = test.ask(command("GET", "a"), appetite: 1)
        test.reply(":1\r\n:2\r\n")
        #expect(sent.isComplete)
        let lost = test.ask(command("INCR", "a"))
        test.close("connection_reset")
        #expect(lost.failure == UpstreamFailure(status: 502, cause: "connection_reset"))
        #expect(isNever(lost.failure?.retry) && !isNever(unsent.failure?.retry))
        #expect(unsent.failure == UpstreamFailure(status: 502, cause: "connection_reset"))
        #expect(slow.failure == .truncated)
        #expect(test.host.endedStreams == 4 && test.codec.streamCount == 0)
    }

    private func isNever(_ retry: UpstreamFailure.Retry?) -> Bool {
        if case .never = retry { return true }
        return false
    }

    @Test func anOrderlyEndLosesCallsToo() throws {
        let test = try RedisTest()
        let lost = test.ask(command("INCR", "a"))
        test.close(nil)
        #expect(lost.failure == .closedEarly)
    }

    @Test func aSilentServerIsGivenUp() throws {
        let test = try RedisTest()
        let first = test.ask(command("PING"))
        test.advance(by: .milliseconds(700))
        let second = test.ask(command("PING"))
        test.reply("+PONG\r\n")
        #expect(first.isComplete)
        test.advance(by: .milliseconds(900))
        #expect(!test.isClosed)
        test.advance(by: .milliseconds(100))
        #expect(test.host.cause == "redis_reply_timeout")
        #expect(second.failure == UpstreamFailure(status: 502, cause: "redis_reply_timeout"))
    }

    @Test func anIdleConnectionIsLeftAlone() throws {
        let test = try RedisTest()
        _ = test.ask(command("PING"))
        test.reply("+PONG\r\n")
        test.advance(by: .seconds(100))
        #expect(!test.isClosed && test.host.wakeTime == .never)
        _ = test.ask(command("PING"))
        #expect(test.host.wakeTime == test.host.now + .seconds(1))
    }

    @Test func drainingWaitsForReplies() throws {
        let test = try RedisTest()
        let caller = test.ask(command("PING"))
        test.codec.drain()
        test.turn()
        #expect(!test.isClosed && test.codec.isDraining && test.codec.capacity == 0)
        test.reply("+PONG\r\n")
        #expect(caller.isComplete && test.isClosed && test.host.cause == nil)
        let idle = try RedisTest()
        idle.codec.drain()
        idle.turn()
        #expect(idle.isClosed)
    }

    @Test func aConnectionCarriesAsManyAsItMay() throws {
        var limits = CodecLimits()
        limits.streamsPerConnection = 2
        let test = try RedisTest({ $0.clientName = "" }, limits: limits)
        _ = test.ask(command("PING"))
        #expect(!test.codec.isDraining)
        _ = test.ask(command("PING"))
        #expect(test.codec.isDraining && !test.isClosed)
        test.reply("+PONG\r\n+PONG\r\n")
        #expect(test.isClosed)
    }
}
