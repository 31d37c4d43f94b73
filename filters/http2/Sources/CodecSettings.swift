internal import WeirBase

/// A checked configuration, as the connections use it.
struct CodecSettings: Sendable {
    var maxStreams = 100
    var streamWindow = 64 * 1024
    var connectionWindow = 1024 * 1024
    var maxFrameSize = 16 * 1024
    var headerTableSize = 4096
    /// The most bytes of names and values in a head; nil for the listener's or cluster's bound.
    var maxHeaderList: Int?
    var streamBuffer = 64 * 1024
    /// How long a connection may be silent before it is asked for a sign of life; nil for never.
    var keepAliveInterval: Interval?
    var keepAliveTimeout = Interval.seconds(10)
    /// How old a connection may become, give or take a tenth; nil for as old as it likes.
    var maxAge: Interval?
    var extendedConnect = true
    var flood = FloodLimits()
}

extension CodecSettings {
    /// What either side announces in its first SETTINGS, after one of its own.
    func announced(after own: (UInt32, Int), headBytes: Int) -> [(UInt32, Int)] {
        var values = [
            own, (SettingCode.initialWindowSize, streamWindow),
            (SettingCode.maxHeaderListSize, headBytes),
            // The tree of RFC 7540 has never brought much but attacks (RFC 9113, section 5.3).
            (SettingCode.noOldPriorities, 1),
        ]
        if maxFrameSize != 16 * 1024 { values.append((SettingCode.maxFrameSize, maxFrameSize)) }
        if headerTableSize != 4096 {
            values.append((SettingCode.headerTableSize, headerTableSize))
        }
        return values
    }
}
