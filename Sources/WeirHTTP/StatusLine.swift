import WeirBase

/// The parts of a status line (RFC 9112, section 4), the reason as positions in its bytes.
struct StatusLine {
    var version: HTTPVersion
    var status: Int
    var reason: Range<Int>
    /// Where the line after it starts.
    var next: Int

    enum Step {
        case needMore
        case complete(StatusLine)
        case failed(Fault)
    }

    /// Parses the line that starts at `start`. The space after the status may be missing when there
    /// is no reason: many servers leave it out.
    static func parse(_ bytes: Span<UInt8>, from start: Int) -> Step {
        let version: HTTPVersion
        switch RequestLine.parseVersion(bytes, from: start) {
        case .success(let found?): version = found
        case .success(nil): return .needMore
        case .failure(.badVersion): return .failed(.badStatusLine)
        case .failure(let fault): return .failed(fault)
        }
        // Past `HTTP/x.y 200`.
        let end = bytes.count
        let statusEnd = start &+ 12
        guard statusEnd < end else {
            return bytes.firstIndex(of: UInt8(ascii: "\n"), from: start) == nil
                ? .needMore : .failed(.badStatusLine)
        }
        guard bytes[start &+ 8] == UInt8(ascii: " "),
            let status = bytes.extracting(start &+ 9..<statusEnd).decimal, status >= 100
        else { return .failed(.badStatusLine) }
        var reason = statusEnd
        if bytes[statusEnd] == UInt8(ascii: " ") {
            reason &+= 1
        } else if bytes[statusEnd] != UInt8(ascii: "\r") {
            return .failed(bytes[statusEnd] == UInt8(ascii: "\n") ? .bareLineFeed : .badStatusLine)
        }
        let stop = bytes.firstForbiddenInValue(from: reason)
        guard stop < end else { return .needMore }
        guard bytes[stop] == UInt8(ascii: "\r") else {
            return .failed(bytes[stop] == UInt8(ascii: "\n") ? .bareLineFeed : .badStatusLine)
        }
        guard stop &+ 1 < end else { return .needMore }
        guard bytes[stop &+ 1] == UInt8(ascii: "\n") else { return .failed(.bareCarriageReturn) }
        return .complete(
            StatusLine(version: version, status: status, reason: reason..<stop, next: stop &+ 2))
    }
}
