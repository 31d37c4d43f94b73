import Testing
import WeirBase
import WeirHTTP

/// What came of parsing a head, in a form that tables can spell.
enum Outcome: Equatable, CustomStringConvertible {
    case complete(Int)
    case needMore
    case failed(Int, String)

    init(_ progress: HeadProgress) {
        switch progress {
        case .needMore: self = .needMore
        case .complete(let count): self = .complete(count)
        case .failed(let problem): self = .failed(problem.status, problem.cause.description)
        }
    }

    var description: String {
        switch self {
        case .complete(let count): "complete(\(count))"
        case .needMore: "needMore"
        case .failed(let status, let cause): "\(status) \(cause)"
        }
    }
}

/// Ways to cut `count` bytes into pieces, each as the ends of its pieces: whole, in two at every
/// position, and byte by byte.
func waysToCut(_ count: Int) -> [[Int]] {
    var ways = [[count], Array(1...max(1, count))]
    for cut in stride(from: 1, to: count, by: 1) { ways.append([cut, count]) }
    return ways
}

/// Feeds growing prefixes of `bytes` to a fresh request parser until it decides.
func parseRequest(
    _ bytes: ByteString, ends: [Int], limits: HTTPLimits = HTTPLimits(),
    paths: PathPolicy = PathPolicy(), into head: RequestHead = RequestHead()
) -> Outcome {
    var parser = RequestParser(limits: limits, paths: paths)
    for end in ends {
        let progress = parser.parse(bytes.span.extracting(0..<end), into: head)
        // Whatever the state, what is in the head can be looked at: logs do.
        if ends.count < 1000 { #expect(head.headers.lines.count == head.headers.count) }
        if progress != .needMore { return Outcome(progress) }
    }
    return .needMore
}

/// Feeds growing prefixes of `bytes` to a fresh response parser until it decides.
func parseResponse(
    _ bytes: ByteString, ends: [Int], limits: HTTPLimits = HTTPLimits(), to method: Method = .get,
    into head: ResponseHead = ResponseHead()
) -> Outcome {
    var parser = ResponseParser(limits: limits)
    for end in ends {
        let progress = parser.parse(
            bytes.span.extracting(0..<end), into: head, requestMethod: method)
        #expect(head.headers.lines.count == head.headers.count)
        if progress != .needMore { return Outcome(progress) }
    }
    return .needMore
}

/// Checks that a request is judged as `expected` however it arrives.
func expectRequest(
    _ text: ByteString, _ expected: Outcome, limits: HTTPLimits = HTTPLimits(),
    paths: PathPolicy = PathPolicy(), location: SourceLocation = #_sourceLocation
) {
    for ends in waysToCut(text.count) {
        let outcome = parseRequest(text, ends: ends, limits: limits, paths: paths)
        #expect(outcome == expected, "\(text) cut at \(ends)", sourceLocation: location)
        if outcome != expected { return }
    }
}

/// Checks that a response is judged as `expected` however it arrives.
func expectResponse(
    _ text: ByteString, _ expected: Outcome, limits: HTTPLimits = HTTPLimits(),
    location: SourceLocation = #_sourceLocation
) {
    for ends in waysToCut(text.count) {
        let outcome = parseResponse(text, ends: ends, limits: limits)
        #expect(outcome == expected, "\(text) cut at \(ends)", sourceLocation: location)
        if outcome != expected { return }
    }
}

/// A case of a table: a name, the bytes, and what becomes of them.
struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: ByteString
    let status: Int
    let cause: String

    init(_ name: String, _ text: String, _ status: Int, _ cause: String) {
        self.name = name
        bytes = ByteString(text)
        self.status = status
        self.cause = cause
    }

    /// Bytes that no string can hold, written as Latin-1: each character is one byte.
    init(latin1 name: String, _ text: String, _ status: Int, _ cause: String) {
        self.name = name
        bytes = ByteString(text.unicodeScalars.map { UInt8($0.value) })
        self.status = status
        self.cause = cause
    }

    var testDescription: String { name }
}
