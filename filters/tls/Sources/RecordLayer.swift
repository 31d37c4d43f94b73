internal import WeirBase

/// The records of an established TLS 1.3 connection on the server's side (RFC 8446, section 5).
///
/// OpenSSL makes the handshake; then its object, most of what an idle connection would hold, is
/// freed, and records are protected here by OpenSSL's ciphers, between our buffers and without
/// copies.
final class RecordLayer {
    /// Kinds of content.
    static let alert: UInt8 = 21
    static let handshake: UInt8 = 22
    static let content: UInt8 = 23

    private let reader: RecordKey
    private let writer: RecordKey
    /// Content that did not fit where it was wanted; nil for none.
    private var pending: ByteBuffer?
    /// A message of the handshake's kind that is not complete.
    private var message: [UInt8] = []
    /// Whether the peer has asked for new keys of ours.
    private var owesUpdate = false

    /// Takes over from OpenSSL, which has written `sentRecords` records with the server's key. Nil
    /// when a cipher cannot be had.
    init?(_ suite: RecordSuite, _ secrets: TrafficSecrets, sentRecords: UInt64) {
        guard secrets.client.count == suite.digestSize, secrets.server.count == suite.digestSize,
            let reader = RecordKey(
                suite, secret: secrets.client, sequence: 0, isWriter: false),
            let writer = RecordKey(
                suite, secret: secrets.server, sequence: sentRecords, isWriter: true)
        else { return nil }
        self.reader = reader
        self.writer = writer
    }

    deinit { release() }

    /// Gives buffers back.
    func release() {
        if let pending { ThreadBuffers.current.give(pending) }
        pending = nil
    }

    // MARK: Receiving

    /// What a record was.
    enum Received: Equatable {
        case content
        /// Something without content, whose handling costs about as much as so many bytes.
        case nothing(cost: Int)
        /// The peer has ended its side.
        case end
        /// The peer has given up, with an alert.
        case givenUp
        /// The record is bad; the alert says how.
        case bad(alert: UInt8)
    }

    /// Moves content that was left over to `buffer`, and returns how much.
    func takePending(to buffer: ByteBuffer) -> Int {
        guard let pending else { return 0 }
        let count = buffer.append(pending.bytes)
        pending.consume(count)
        if pending.isEmpty { release() }
        return count
    }

    /// Checks a record's header and returns the record's size; nil when it is too long.
    static func size(_ header: Span<UInt8>) -> Int? {
        let length = Int(header[3]) << 8 | Int(header[4])
        return length <= RecordKey.recordLimit ? 5 + length : nil
    }

    /// Opens a whole record and adds its content to `buffer`, whose pending content was taken.
    func receive(_ record: Span<UInt8>, to buffer: ByteBuffer) -> Received {
        guard record[0] == Self.content else { return .bad(alert: Alert.unexpectedMessage) }
        guard record.count - RecordKey.overhead <= RecordKey.contentLimit else {
            return .bad(alert: Alert.recordOverflow)
        }
        let target: ByteBuffer
        if buffer.room >= record.count {
            target = buffer
        } else {
            target = ThreadBuffers.current.take(isLarge: false)
            pending = target
        }
        // Nothing may stand between the parts of a message (RFC 8446, section 5.1).
        let opened = reader.open(record, to: target, acceptsContent: message.isEmpty)
        if pending?.isEmpty == true { release() }
        guard let opened else { return .bad(alert: Alert.badRecordMAC) }
        if opened.kind != Self.handshake && !message.isEmpty {
            return .bad(alert: Alert.unexpectedMessage)
        }
        switch opened.kind {
        case Self.content: return .content
        case Self.alert: return alert(opened.other)
        case Self.handshake: return handshake(opened.other)
        default: return .bad(alert: Alert.unexpectedMessage)
        }
    }

    private func alert(_ bytes: [UInt8]) -> Received {
        if bytes.isEmpty { return .bad(alert: Alert.unexpectedMessage) }
        guard bytes.count == 2 else { return .bad(alert: Alert.decodeError) }
        switch bytes[1] {
        case Alert.closeNotify: return .end
        case Alert.userCanceled: return .nothing(cost: 1024)
        default: return .givenUp
        }
    }

    /// The only message that a server gets after the handshake, as it asks for no certificate
    /// later, is that the client's key changes (RFC 8446, section 4.6.3).
    private func handshake(_ bytes: [UInt8]) -> Received {
        message += bytes
        guard !bytes.isEmpty, message[0] == 24 else {
            return .bad(alert: Alert.unexpectedMessage)
        }
        if message.count >= 4 && (message[1] != 0 || message[2] != 0 || message[3] != 1) {
            return .bad(alert: Alert.decodeError)
        }
        if message.count < 5 { return .nothing(cost: 1024) }
        // The message ends its record, as the key changes behind it.
        guard message.count == 5 else { return .bad(alert: Alert.unexpectedMessage) }
        guard message[4] <= 1 else { return .bad(alert: Alert.illegalParameter) }
        if message[4] == 1 { owesUpdate = true }
        message = []
        guard reader.update() else { return .bad(alert: Alert.internalError) }
        return .nothing(cost: 4096)
    }

    // MARK: Sending

    /// Whether something is to be sent before content is.
    var hasAnswer: Bool { owesUpdate }

    /// Appends the answer that is owed; false when OpenSSL fails.
    func sendAnswer(to output: ByteBuffer) -> Bool {
        guard owesUpdate else { return true }
        owesUpdate = false
        return updateWriter(output)
    }

    private func updateWriter(_ output: ByteBuffer) -> Bool {
        let message: [UInt8] = [24, 0, 0, 1, 0]
        return writer.seal(message.span, Span(), kind: Self.handshake, to: output)
            && writer.update()
    }

    /// Appends records with content; false when OpenSSL fails.
    func send(_ first: Span<UInt8>, _ second: Span<UInt8>, to output: ByteBuffer) -> Bool {
        if owesUpdate && !sendAnswer(to: output) { return false }
        let total = first.count + second.count
        var done = 0
        while done < total {
            if writer.sequence >= RecordKey.recordsPerKey && !updateWriter(output) { return false }
            let end = min(total, done + RecordKey.contentLimit)
            let head = first.extracting(min(done, first.count)..<min(end, first.count))
            let tail = second.extracting(
                max(0, done - first.count)..<max(0, end - first.count))
            guard writer.seal(head, tail, kind: Self.content, to: output) else { return false }
            done = end
        }
        return true
    }

    /// Appends an alert (RFC 8446, section 6).
    func send(alert: UInt8, to output: ByteBuffer) {
        let message: [UInt8] = [alert == Alert.closeNotify ? 1 : 2, alert]
        _ = writer.seal(message.span, Span(), kind: Self.alert, to: output)
    }
}

/// Alerts (RFC 8446, appendix B.2).
enum Alert {
    static let closeNotify: UInt8 = 0
    static let unexpectedMessage: UInt8 = 10
    static let badRecordMAC: UInt8 = 20
    static let recordOverflow: UInt8 = 22
    static let illegalParameter: UInt8 = 47
    static let decodeError: UInt8 = 50
    static let internalError: UInt8 = 80
    static let userCanceled: UInt8 = 90
}

/// What the keys of both directions follow from (RFC 8446, section 7.1).
struct TrafficSecrets {
    var client: [UInt8] = []
    var server: [UInt8] = []

    var isComplete: Bool { !client.isEmpty && !server.isEmpty }

    /// Overwrites the secrets, unless somebody else has them too, and forgets them.
    mutating func forget() {
        cleanse(&client)
        cleanse(&server)
        self = TrafficSecrets()
    }

    /// Takes a line that OpenSSL writes to a key log: a label, the client's random bytes and the
    /// secret, in hexadecimal digits.
    mutating func read(_ line: Span<UInt8>) {
        if let secret = Self.secret(line, "CLIENT_TRAFFIC_SECRET_0 ") { client = secret }
        if let secret = Self.secret(line, "SERVER_TRAFFIC_SECRET_0 ") { server = secret }
    }

    private static func secret(_ line: Span<UInt8>, _ label: StaticString) -> [UInt8]? {
        let start = label.span
        guard line.count > start.count else { return nil }
        for index in 0..<start.count where line[index] != start[index] { return nil }
        guard let space = line.firstIndex(of: UInt8(ascii: " "), from: start.count),
            (line.count - space - 1).isMultiple(of: 2)
        else { return nil }
        var secret: [UInt8] = []
        secret.reserveCapacity(48)
        var index = space + 1
        while index < line.count {
            guard let high = line[index].hexValue, let low = line[index + 1].hexValue else {
                return nil
            }
            secret.append(high << 4 | low)
            index += 2
        }
        return secret.count <= 64 ? secret : nil
    }
}
