import Testing
import WeirBase
import WeirFilter

@testable import RedisFilter

/// Calls and their replies.
@Suite struct CommandTests {
    @Test(arguments: [1, 2, 3, 1000])
    func repliesComeInOrder(_ pieces: Int) throws {
        let test = try RedisTest()
        let replies = [
            "+PONG\r\n", "$5\r\na\r\nbc\r\n", "*2\r\n:1\r\n*2\r\n$-1\r\n+x\r\n", "-ERR no\r\n",
            ":7\r\n",
            "$0\r\n\r\n", "*0\r\n", "*-1\r\n", "$-1\r\n",
        ]
        let callers = replies.map { _ in test.ask(command("PING")) }
        #expect(test.takeSent() == String(repeating: command("PING"), count: replies.count))
        #expect(test.codec.streamCount == replies.count)
        test.reply(replies.joined(), pieces: pieces)
        #expect(callers.map(\.body) == replies)
        #expect(callers.allSatisfy { $0.isComplete && $0.upstreamResponse.status == 200 })
        #expect(callers.map(\.length) == replies.map { .length(Int64($0.utf8.count)) })
        #expect(test.host.endedStreams == replies.count && test.codec.streamCount == 0)
        #expect(test.host.cause == nil)
    }

    @Test(arguments: [1, 4, 1000])
    func severalCommandsOfACallAreAnsweredTogether(_ pieces: Int) throws {
        let test = try RedisTest()
        let first = test.ask(command("ASKING") + command("GET", "a"))
        let second = test.ask(command("GET", "b"))
        test.reply("+OK\r\n$1\r\na\r\n$1\r\nb\r\n", pieces: pieces)
        #expect(first.body == "+OK\r\n$1\r\na\r\n")
        #expect(second.body == "$1\r\nb\r\n")
    }

    @Test func capacityIsThePipeline() throws {
        let test = try RedisTest {
            $0.clientName = ""
            $0.pipeline = 2
        }
        let caller = test.ask(command("PING"))
        #expect(test.codec.capacity == 1)
        caller.stream?.cancel()
        #expect(test.codec.capacity == 1)
        test.reply("+PONG\r\n")
        #expect(test.codec.capacity == 2)
    }

    @Test func theReplyOfACancelledCallIsNobodys() throws {
        let test = try RedisTest()
        let first = test.ask(command("GET", "a"))
        let second = test.ask(command("GET", "b"))
        first.stream?.cancel()
        #expect(test.host.endedStreams == 0)
        test.reply(":1\r\n:2\r\n")
        #expect(first.body.isEmpty && !first.isComplete && first.failure == nil)
        #expect(second.body == ":2\r\n")
        #expect(test.host.endedStreams == 2)
    }

    @Test func aCallThatWasCancelledBeforeItWasSentIsNotSent() throws {
        let test = try RedisTest()
        let caller = Caller()
        let stream = test.codec.open(caller)
        _ = stream.sendBody(command("PING").utf8.span)
        stream.sendEnd(HeaderMap())
        stream.cancel()
        test.turn()
        #expect(test.takeSent().isEmpty && test.host.endedStreams == 1)
        let half = test.codec.open(caller)
        half.cancel()
        #expect(test.host.endedStreams == 2 && test.codec.streamCount == 0)
    }

    @Test(arguments: [
        "", "PING\r\n", "*1\r\n$4\r\nPI", "+OK\r\n", "$4\r\nPING\r\n", "*1\r\n$4\r\nPING\r\n*1\r\n",
        "*1\r\n$4\r\nPING\r\nx",
    ])
    func whatIsNoCommandIsNotSent(_ body: String) throws {
        let test = try RedisTest()
        let caller = test.ask(body)
        #expect(caller.failure == UpstreamFailure(status: 502, cause: "redis_bad_command"))
        #expect(test.takeSent().isEmpty && test.codec.streamCount == 0)
        // Nothing of it becomes part of the next one.
        let next = test.ask(command("PING"))
        test.reply("+PONG\r\n")
        #expect(next.isComplete)
    }

    @Test func aCommandHasABound() throws {
        let test = try RedisTest {
            $0.clientName = ""
            $0.maxCommand = .init(1024)
        }
        let caller = test.ask(command("ECHO", String(repeating: "x", count: 1024)))
        #expect(caller.failure == UpstreamFailure(status: 502, cause: "redis_command_too_large"))
        #expect(test.takeSent().isEmpty && test.host.endedStreams == 1)
    }

    @Test func tunnelsAreRefused() throws {
        let test = try RedisTest()
        let caller = Caller()
        test.codec.open(caller).startTunnel()
        test.turn()
        #expect(caller.failure == UpstreamFailure(status: 502, cause: "upstream_no_tunnel"))
    }

    @Test func aReceiverMayTakeItsTime() throws {
        let test = try RedisTest()
        let slow = test.ask(command("GET", "a"), appetite: 4)
        let other = test.ask(command("GET", "b"))
        test.reply("$6\r\nabcdef\r\n+b\r\n")
        #expect(slow.body == "$6\r\n" && !slow.isComplete)
        #expect(other.isComplete)
        slow.appetite = 3
        slow.stream?.resumeResponse()
        test.turn()
        #expect(slow.body == "$6\r\nabc" && !slow.isComplete)
        slow.appetite = .max
        slow.stream?.resumeResponse()
        test.turn()
        #expect(slow.body == "$6\r\nabcdef\r\n" && slow.isComplete)
        #expect(test.codec.streamCount == 0)
    }

    @Test func aReceiverMayLoseInterestAtAnyTime() throws {
        let test = try RedisTest()
        let first = test.ask(command("GET", "a"))
        first.whenHead = { first.stream?.cancel() }
        let second = test.ask(command("GET", "b"), appetite: 1)
        test.reply("+a\r\n+b\r\n")
        second.stream?.cancel()
        #expect(first.body.isEmpty && second.body == "+")
        #expect(test.host.endedStreams == 2 && test.codec.streamCount == 0)
    }

    @Test func theOutputIsBounded() throws {
        let test = try RedisTest()
        test.host.outputBound = 100
        let long = command("ECHO", String(repeating: "x", count: 90))
        let callers = (0..<10).map { _ in
            let caller = Caller()
            let stream = test.codec.open(caller)
            _ = stream.sendBody(long.utf8.span)
            stream.sendEnd(HeaderMap())
            return caller
        }
        #expect(test.codec.produce())
        #expect(test.host.output.count == long.utf8.count)
        test.host.output.clear()
        test.turn()
        test.reply(String(repeating: "+x\r\n", count: 10))
        #expect(callers.count(where: \.isComplete) == 10)
    }
}
