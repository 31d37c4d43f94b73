internal import WeirBase
internal import WeirFilter

/// A checked configuration, as the connections use it.
struct Settings: Sendable {
    var username: String?
    var password: Secret?
    var database = 0
    var clientName = "weir"
    /// The most commands on their way on one connection.
    var pipeline = 1024
    var maxCommand = 64 * 1024
    var maxReply = 1024 * 1024
    var replyTimeout = Interval.seconds(1)
}

extension Settings {
    init(_ configuration: Redis.Configuration) throws {
        username = configuration.username
        password = configuration.password
        if password == nil && username != nil {
            throw ConfigurationError(at: ["username"], "a user name goes with a `password`")
        }
        if let value = configuration.database {
            database = try Self.checked(value, 0...65_535, "database")
        }
        if let name = configuration.clientName {
            // What CLIENT SETNAME takes.
            guard name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), name.utf8.count <= 128
            else {
                throw ConfigurationError(
                    at: ["client-name"], "expected at most 128 ASCII characters without spaces")
            }
            clientName = name
        }
        if let value = configuration.pipeline {
            pipeline = try Self.checked(value, 1...65_536, "pipeline")
        }
        if let value = configuration.maxCommand {
            maxCommand = try Self.checked(value.bytes, 1024...(16 << 20), "max-command")
        }
        if let value = configuration.maxReply {
            maxReply = try Self.checked(value.bytes, 1024...(64 << 20), "max-reply")
        }
        if let value = configuration.replyTimeout {
            guard (Interval.milliseconds(1)...Interval.seconds(3600)).contains(value.interval)
            else {
                throw ConfigurationError(
                    at: ["reply-timeout"], "expected 1ms to 1h, found \(value)")
            }
            replyTimeout = value.interval
        }
    }

    private static func checked(_ value: Int, _ range: ClosedRange<Int>, _ field: String) throws
        -> Int
    {
        if range.contains(value) { return value }
        throw ConfigurationError(
            at: [field], "expected \(range.lowerBound) to \(range.upperBound), found \(value)")
    }
}
