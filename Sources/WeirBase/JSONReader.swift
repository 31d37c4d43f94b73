/// Reads one JSON text (RFC 8259) and nothing else: strict, so that no other reader can find
/// something different in the same bytes.
///
/// Refused, beside what the grammar refuses: bytes that are not UTF-8, a byte order mark, escapes
/// of half a surrogate pair, anything but white space behind the value, members of one name,
/// numbers beyond the range of `Double`, and whatever exceeds the bounds.
public struct JSONReader: Sendable {
    /// How deep lists and objects may lie in each other; bounds the stack, at most 256.
    public var depthLimit: Int
    /// How long the text may be, in bytes.
    public var sizeLimit: Int
    /// Whether of members with one name the first counts, instead of all being refused.
    public var keepsFirstOfDuplicates: Bool

    /// A reader with those bounds.
    public init(
        depthLimit: Int = 32, sizeLimit: Int = 1 << 20, keepsFirstOfDuplicates: Bool = false
    ) {
        self.depthLimit = min(depthLimit, 256)
        self.sizeLimit = sizeLimit
        self.keepsFirstOfDuplicates = keepsFirstOfDuplicates
    }

    /// The value of the whole text.
    public func read(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        guard text.count <= sizeLimit else {
            throw JSONError("the text is too long", at: sizeLimit)
        }
        var cursor = JSONCursor(reader: self)
        cursor.skipSpace(text)
        let value = try cursor.value(text, depth: 0)
        cursor.skipSpace(text)
        guard cursor.offset == text.count else {
            throw JSONError("something follows the value", at: cursor.offset)
        }
        return value
    }
}

/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; shows nothing of the text, which may be secret.
    public let problem: String
    /// How many bytes stand before the fault.
    public let offset: Int

    init(_ problem: String, at offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// The fault and its place.
    public var description: String { "\(problem) (at byte \(offset))" }
}

/// The place up to which a text has been read.
struct JSONCursor {
    let reader: JSONReader
    var offset = 0

    init(reader: JSONReader) { self.reader = reader }

    func fault(_ problem: String) -> JSONError { JSONError(problem, at: offset) }

    mutating func skipSpace(_ text: Span<UInt8>) {
        while offset < text.count {
            switch text[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    /// Takes `byte` if it comes next.
    mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// The value that begins here.
    mutating func value(_ text: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
        guard offset < text.count else { throw fault("the text ends too early") }
        switch text[offset] {
        case UInt8(ascii: "{"): return .object(try members(text, depth: depth))
        case UInt8(ascii: "["): return .array(try elements(text, depth: depth))
        case UInt8(ascii: "\""): return .string(try string(text))
        case UInt8(ascii: "t"): return try literal("true", .bool(true), text)
        case UInt8(ascii: "f"): return try literal("false", .bool(false), text)
        case UInt8(ascii: "n"): return try literal("null", .null, text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(text)
        default: throw fault("expected a value")
        }
    }

    private mutating func literal(
        _ word: StaticString, _ value: JSONValue, _ text: Span<UInt8>
    ) throws(JSONError) -> JSONValue {
        let end = offset + word.utf8CodeUnitCount
        guard end <= text.count, text.extracting(offset..<end).equals(word) else {
            throw fault("expected a value")
        }
        offset = end
        return value
    }

    private mutating func elements(
        _ text: Span<UInt8>, depth: Int
    ) throws(JSONError) -> [JSONValue] {
        guard depth < reader.depthLimit else { throw fault("lists and objects lie too deep") }
        offset += 1
        var elements: [JSONValue] = []
        skipSpace(text)
        if take(UInt8(ascii: "]"), text) { return elements }
        while true {
            skipSpace(text)
            elements.append(try value(text, depth: depth + 1))
            skipSpace(text)
            if take(UInt8(ascii: "]"), text) { return elements }
            guard take(UInt8(ascii: ","), text) else { throw fault("expected `,` or `]`") }
        }
    }

    private mutating func members(
        _ text: Span<UInt8>, depth: Int
    ) throws(JSONError) -> [JSONValue.Member] {
        guard depth < reader.depthLimit else { throw fault("lists and objects lie too deep") }
        offset += 1
        var members: [JSONValue.Member] = []
        var names = Set<String>()
        skipSpace(text)
        if take(UInt8(ascii: "}"), text) { return members }
        while true {
            skipSpace(text)
            let start = offset
            guard start < text.count, text[start] == UInt8(ascii: "\"") else {
                throw fault("expected the name of a member")
            }
            let name = try string(text)
            skipSpace(text)
            guard take(UInt8(ascii: ":"), text) else { throw fault("expected `:`") }
            skipSpace(text)
            let value = try value(text, depth: depth + 1)
            // A set, because a search through all of them would let a long text cost its square.
            if names.insert(name).inserted {
                members.append(JSONValue.Member(name, value))
            } else if !reader.keepsFirstOfDuplicates {
                throw JSONError("there is a member of that name already", at: start)
            }
            skipSpace(text)
            if take(UInt8(ascii: "}"), text) { return members }
            guard take(UInt8(ascii: ","), text) else { throw fault("expected `,` or `}`") }
        }
    }
}
