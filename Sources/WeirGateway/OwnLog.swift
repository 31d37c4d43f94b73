internal import Foundation
internal import Logging
internal import WeirConfig

/// The gateway's own log, on standard error: lines for people, or JSON.
enum OwnLog {
    static func make(_ settings: LogConfiguration) -> Logger {
        var log = Logger(label: "weir") { label in
            switch settings.format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler()
            }
        }
        log.logLevel = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        return log
    }
}

/// Writes each message as one JSON object.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    private struct Line: Encodable {
        let time: Date
        let level: String
        let message: String
    }

    func log(event: LogEvent) {
        let line = Line(time: Date(), level: event.level.rawValue, message: "\(event.message)")
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = .sortedKeys
        guard var bytes = try? encoder.encode(line) else { return }
        bytes.append(UInt8(ascii: "\n"))
        FileHandle.standardError.write(bytes)
    }
}
