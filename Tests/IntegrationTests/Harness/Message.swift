import Foundation

/// A request or response as it came over the wire.
struct Message: Sendable {
    /// The first line.
    var start = ""
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Fields after a chunked body.
    var trailers: [(name: String, value: String)] = []
    /// The head's bytes, with the empty line.
    var rawHead: [UInt8] = []
    /// The body's bytes with their framing.
    var rawBody: [UInt8] = []

    var status: Int { Int(start.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var version: String { String(start.prefix(8)) }
    var method: String { String(start.split(separator: " ").first ?? "") }
    var target: String { String(start.split(separator: " ").dropFirst().first ?? "") }

    /// The values of a field, joined as a recipient may; nil when there is none.
    subscript(name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    func all(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    /// Why the gateway answered by itself.
    var cause: String? { self["x-weir-cause"] }

    fileprivate init(head: [UInt8]) {
        rawHead = head
        let lines = head.text.components(separatedBy: "\r\n")
        start = lines.first ?? ""
        fields = lines.dropFirst().compactMap(Self.field)
    }

    static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...]
        return (String(line[..<colon]), value.trimmingCharacters(in: .whitespaces))
    }
}

/// Reads messages off a socket.
final class MessageReader {
    let socket: Socket
    /// Received and not yet consumed.
    private(set) var buffer: [UInt8] = []
    /// Everything that was ever received.
    private(set) var received: [UInt8] = []
    var patience: Duration
    /// Called with everything received whenever there is more.
    var onReceive: (([UInt8]) -> Void)?

    init(_ socket: Socket, patience: Duration) {
        self.socket = socket
        self.patience = patience
    }

    /// Receives more; false at the end of the stream.
    @discardableResult
    func fill() throws -> Bool {
        do {
            let bytes = try socket.receive(within: patience)
            buffer += bytes
            received += bytes
            onReceive?(received)
            return !bytes.isEmpty
        } catch let timeout as SocketTimeout {
            throw HarnessError(
                "\(timeout.what) timed out; there is: \(Array(buffer.prefix(2000)).text)")
        }
    }

    func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw CutOff(received: buffer) }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Up to and including the next CRLF.
    func takeLine() throws -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: [13, 10]) { return try take(end + 2) }
            guard try fill() else { throw CutOff(received: buffer) }
        }
    }

    /// A head with its empty line; nil when the stream ends instead.
    func head() throws -> Message? {
        var searched = 0
        while true {
            if let end = buffer.firstIndex(of: Array("\r\n\r\n"), from: searched) {
                return Message(head: try take(end + 4))
            }
            searched = max(0, buffer.count - 3)
            guard try fill() else {
                if buffer.isEmpty { return nil }
                throw CutOff(received: buffer)
            }
        }
    }

    /// Reads the body that the head announces; `untilEnd` when no length means until the end.
    func body(of message: inout Message, untilEnd: Bool) throws {
        if message["transfer-encoding"]?.lowercased() == "chunked" {
            try chunkedBody(&message)
        } else if let length = message["content-length"].flatMap({ Int($0) }) {
            message.body = try take(length)
            message.rawBody = message.body
        } else if untilEnd {
            message.body = try rest()
            message.rawBody = message.body
        }
    }

    private func chunkedBody(_ message: inout Message) throws {
        while true {
            let line = try takeLine()
            message.rawBody += line
            let digits = line.text.prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16) else {
                throw HarnessError("no chunk size: \(line.text)")
            }
            if size == 0 { break }
            let chunk = try take(size + 2)
            message.rawBody += chunk
            message.body += chunk.dropLast(2)
        }
        while true {
            let line = try takeLine()
            message.rawBody += line
            if line.count == 2 { return }
            if let field = Message.field(line.dropLast(2).map { $0 }.text) {
                message.trailers.append(field)
            }
        }
    }

    /// Everything until the stream ends.
    func rest() throws -> [UInt8] {
        while try fill() {}
        defer { buffer.removeAll() }
        return buffer
    }
}

/// The stream ended in the middle of a message.
struct CutOff: Error { let received: [UInt8] }
