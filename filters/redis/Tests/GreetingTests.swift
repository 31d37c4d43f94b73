import Testing
import WeirFilter

@testable import RedisFilter

/// What is said before the first command.
@Suite struct GreetingTests {
    @Test func aConnectionWithoutAnythingToSayIsReadyAtOnce() throws {
        let test = try RedisTest()
        #expect(test.codec.capacity == 1024)
        #expect(test.sent.isEmpty)
    }

    @Test func theNameIsSaid() throws {
        let test = try RedisTest { _ in }
        #expect(test.takeSent() == command("CLIENT", "SETNAME", "weir"))
        #expect(test.codec.capacity == 0 && !test.codec.isDraining)
        test.reply("+OK\r\n", pieces: 1)
        #expect(test.codec.capacity == 1024)
        #expect(test.host.capacityChanges == 1)
    }

    @Test func everythingIsSaidAtOnce() throws {
        let test = try RedisTest {
            $0.username = "edge"
            $0.password = .init("s3cret")
            $0.database = 7
        }
        #expect(
            test.takeSent() == command("AUTH", "edge", "s3cret")
                + command("CLIENT", "SETNAME", "weir") + command("SELECT", "7"))
        test.reply("+OK\r\n+OK\r\n")
        #expect(test.codec.capacity == 0)
        test.reply("+OK\r\n")
        #expect(test.codec.capacity == 1024)
    }

    @Test func aPasswordAloneIsThatOfTheDefaultUser() throws {
        let test = try RedisTest {
            $0.password = .init("s3cret")
            $0.clientName = ""
        }
        #expect(test.takeSent() == command("AUTH", "s3cret"))
    }

    @Test(arguments: [
        ("-WRONGPASS invalid username-password pair or user is disabled.\r\n", "redis_auth_failed"),
        ("+OK\r\n-NOAUTH Authentication required.\r\n", "redis_auth_failed"),
        ("+OK\r\n+OK\r\n-ERR DB index is out of range\r\n", "redis_select_failed"),
        ("+OK\r\n+OK\r\n-NOAUTH Authentication required.\r\n", "redis_auth_failed"),
        ("HTTP/1.1 400 Bad Request\r\n", "redis_protocol_error"),
    ])
    func aRefusalEndsTheConnection(_ reply: String, _ cause: String) throws {
        let test = try RedisTest {
            $0.password = .init("s3cret")
            $0.database = 70
        }
        test.reply(reply)
        #expect(test.isClosed && test.host.cause == cause)
        #expect(test.codec.capacity == 0)
    }

    @Test func aUserThatMayNotNameItsConnectionMayWork() throws {
        let test = try RedisTest { _ in }
        test.reply("-NOPERM this user has no permissions to run the 'client|setname' command\r\n")
        #expect(test.codec.capacity == 1024)
    }
}
