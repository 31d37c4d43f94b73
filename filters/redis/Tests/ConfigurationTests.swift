import Testing
import WeirBase
import WeirFilter

@testable import RedisFilter

/// What operators write.
@Suite struct ConfigurationTests {
    private static func error(_ change: (inout Redis.Configuration) -> Void) -> ConfigurationError?
    {
        var configuration = Redis.Configuration()
        change(&configuration)
        do {
            _ = try Redis(configuration)
            return nil
        } catch {
            return error as? ConfigurationError
        }
    }

    @Test func mistakesNameTheirField() {
        #expect(Self.error { $0.username = "edge" }?.path == ["username"])
        #expect(Self.error { $0.database = -1 }?.path == ["database"])
        #expect(Self.error { $0.database = 65_536 }?.path == ["database"])
        #expect(Self.error { $0.clientName = "my gateway" }?.path == ["client-name"])
        #expect(Self.error { $0.clientName = "a\r\nFLUSHALL" }?.path == ["client-name"])
        #expect(Self.error { $0.pipeline = 0 }?.path == ["pipeline"])
        #expect(Self.error { $0.pipeline = 65_537 }?.path == ["pipeline"])
        #expect(Self.error { $0.maxCommand = .init(1) }?.path == ["max-command"])
        #expect(Self.error { $0.maxReply = .init(1) }?.path == ["max-reply"])
        #expect(Self.error { $0.replyTimeout = .init(.zero) }?.path == ["reply-timeout"])
        #expect(Self.error { $0.database = 65_535 } == nil)
    }

    @Test func itIsSpokenWithEndpointsOnly() throws {
        let redis = try Redis(Redis.Configuration())
        #expect(throws: ConfigurationError.self) {
            try redis.validate(for: .downstream)
        }
        #expect(throws: Never.self) { try redis.validate(for: .upstream) }
        #expect(!FilterType(Redis.self).carriesRequests)
        #expect(FilterType(Redis.self).applicationProtocol.isEmpty)
    }
}
