import WeirBase
import WeirHTTP

/// What a body decoder made of some bytes.
struct Decoded: Equatable {
    enum End: Equatable {
        case needMore
        /// So many bytes follow that are another message's.
        case ended(rest: Int)
        case failed(String)
    }

    var data = ByteString()
    var end = End.needMore
    var trailers: [String] = []

    /// Decodes `bytes` that arrive in pieces with these ends, in a buffer as a connection has it.
    ///
    /// - Parameter appetite: How much data is taken at once.
    init(
        _ bytes: ByteString, _ framing: BodyFraming, ends: [Int], appetite: Int = .max,
        limits: HTTPLimits = HTTPLimits()
    ) {
        var decoder = BodyDecoder(framing, limits: limits)
        let buffer = ByteBuffer(capacity: 16)
        var sent = 0
        for end in ends {
            buffer.write(bytes.span.extracting(sent..<end))
            sent = end
            drain(&decoder, buffer, appetite: appetite)
            if self.end != .needMore { break }
        }
        if case .ended = self.end { self.end = .ended(rest: buffer.count + bytes.count - sent) }
        trailers = decoder.trailers.lines
    }

    private mutating func drain(
        _ decoder: inout BodyDecoder, _ buffer: ByteBuffer, appetite: Int
    ) {
        while true {
            switch decoder.next(buffer.bytes) {
            case .needMore(let skip):
                buffer.consume(skip)
                return
            case .data(let skip, let count):
                buffer.consume(skip)
                let taken = min(count, appetite)
                data.append(buffer.bytes.extracting(0..<taken))
                decoder.consume(taken)
                buffer.consume(taken)
            case .end(let skip):
                buffer.consume(skip)
                end = .ended(rest: 0)
                return
            case .failed(let problem):
                end = .failed("\(problem)")
                return
            }
        }
    }
}

extension HeaderMap {
    /// The fields as `name: value`, for comparison.
    var lines: [String] { (0..<count).map { "\(name(at: $0).string): \(value(at: $0).string)" } }
}
