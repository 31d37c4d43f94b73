internal import WeirBase
internal import WeirFilter

/// Checking a configuration.
extension CodecSettings {
    init(_ configuration: Http2.Configuration) throws {
        self.init()
        maxStreams = try Self.number(
            configuration.maxConcurrentStreams, 1...65_536, at: ["max-concurrent-streams"],
            default: maxStreams)
        try setWindows(configuration)
        maxFrameSize = try Self.size(
            configuration.maxFrameSize, 16_384...262_144, at: "max-frame-size",
            default: maxFrameSize)
        headerTableSize = try Self.size(
            configuration.headerTableSize, 0...65_536, at: "header-table-size",
            default: headerTableSize)
        maxHeaderList = try configuration.maxHeaderList.map {
            try Self.size($0, 1024...1_048_576, at: "max-header-list", default: 0)
        }
        streamBuffer = try Self.size(
            configuration.streamBuffer, 4096...16_777_216, at: "stream-buffer",
            default: streamBuffer)
        try setTimes(configuration)
        extendedConnect = configuration.extendedConnect ?? extendedConnect
        if let given = configuration.flood { flood = try FloodLimits(given) }
    }

    private mutating func setWindows(_ configuration: Http2.Configuration) throws {
        streamWindow = try Self.size(
            configuration.initialWindow, 1024...16_777_216, at: "initial-window",
            default: streamWindow)
        // What the protocol starts with cannot be taken back (RFC 9113, section 6.9.2).
        connectionWindow = try Self.size(
            configuration.connectionWindow, 65_535...268_435_456, at: "connection-window",
            default: max(connectionWindow, streamWindow))
        guard connectionWindow >= streamWindow else {
            throw ConfigurationError(
                at: ["connection-window"],
                "expected at least `initial-window`, \(ConfigSize(streamWindow)), found "
                    + "`\(ConfigSize(connectionWindow))`")
        }
    }

    private mutating func setTimes(_ configuration: Http2.Configuration) throws {
        if case .after(let interval)? = configuration.keepAlive?.interval {
            keepAliveInterval = try Self.duration(interval, at: ["keep-alive", "interval"])
        }
        if let timeout = configuration.keepAlive?.timeout {
            keepAliveTimeout = try Self.duration(timeout, at: ["keep-alive", "timeout"])
        }
        if case .after(let age)? = configuration.maxAge {
            maxAge = try Self.duration(age, at: ["max-age"])
        }
    }

    static func number(
        _ value: Int?, _ range: ClosedRange<Int>, at path: [String], default usual: Int
    ) throws -> Int {
        guard let value else { return usual }
        guard range.contains(value) else {
            throw ConfigurationError(
                at: path,
                "expected a number from \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        return value
    }

    private static func size(
        _ value: ConfigSize?, _ range: ClosedRange<Int>, at field: String, default usual: Int
    ) throws -> Int {
        guard let value else { return usual }
        guard range.contains(value.bytes) else {
            throw ConfigurationError(
                at: [field],
                "expected a size from \(ConfigSize(range.lowerBound)) to "
                    + "\(ConfigSize(range.upperBound)), found `\(value)`")
        }
        return value.bytes
    }

    static func duration(_ value: ConfigDuration, at path: [String]) throws -> Interval {
        guard value.interval >= .seconds(1) else {
            throw ConfigurationError(at: path, "expected at least 1s, found `\(value)`")
        }
        return value.interval
    }
}

extension FloodLimits {
    init(_ given: Http2.Flood) throws {
        self.init()
        if let given = given.window {
            window = try CodecSettings.duration(given, at: ["flood", "window"])
        }
        func number(_ value: Int?, _ field: String, default usual: Int) throws -> Int {
            try CodecSettings.number(value, 1...1_000_000, at: ["flood", field], default: usual)
        }
        resets = try number(given.resets, "resets", default: resets)
        badFrames = try number(given.badFrames, "bad-frames", default: badFrames)
        pings = try number(given.pings, "pings", default: pings)
        settings = try number(given.settings, "settings", default: settings)
        priority = try number(given.priority, "priority", default: priority)
        windowUpdates = try number(given.windowUpdates, "window-updates", default: windowUpdates)
        emptyFrames = try number(given.emptyFrames, "empty-frames", default: emptyFrames)
        continuations = try number(given.continuations, "continuations", default: continuations)
        largeHeads = try number(given.largeHeads, "large-heads", default: largeHeads)
        refusals = try number(given.refusals, "refusals", default: refusals)
    }
}
