/// The header fields of one message, in order, in one block of bytes.
///
/// A parsed head is copied here whole, and fields are ranges of it; edits append to the block.
/// Names keep their spelling and compare without case. Clearing keeps the storage, so a pooled map
/// allocates nothing in steady state. Most fields lie in the block just as HTTP/1 sends them, so
/// that a run of neighbours is written with one copy.
public struct HeaderMap: Sendable {
    /// Where one field lies in the block.
    public struct Field: Sendable {
        /// The name's identity when it is a well-known one.
        public let known: KnownHeader
        /// Whether the block holds `name: value CRLF` in one piece, ready to be sent.
        let isWhole: Bool
        let nameCount: UInt16
        let nameStart: UInt32
        let valueStart: UInt32
        let valueCount: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameStart) &+ Int(nameCount) }
        var value: Range<Int> { Int(valueStart)..<Int(valueStart) &+ Int(valueCount) }
        /// The field as HTTP/1 sends it, when `isWhole`.
        var line: Range<Int> { Int(nameStart)..<Int(valueStart) &+ Int(valueCount) &+ 2 }
    }

    var block: [UInt8] = []
    var fields: [Field] = []
    /// Every name ever added since the last clearing: lets a search for an absent one end at once.
    var seen = KnownHeaders()

    /// Creates an empty map.
    public init() {}

    /// How many fields there are, repeated names counted each.
    public var count: Int { fields.count }

    /// Whether there are none.
    public var isEmpty: Bool { fields.isEmpty }

    /// How many bytes all names and values take, for limits.
    public var byteCount: Int {
        fields.reduce(0) { $0 + Int($1.nameCount) + Int($1.valueCount) }
    }

    /// Removes every field and keeps the storage.
    public mutating func clear() {
        if !block.isEmpty { block.removeAll(keepingCapacity: true) }
        if !fields.isEmpty { fields.removeAll(keepingCapacity: true) }
        seen = []
    }

    // MARK: Parsing

    /// Starts over with a copy of a received head, of which `appendParsed` names the parts.
    public mutating func adopt(_ head: Span<UInt8>) {
        clear()
        block.append(copying: head)
    }

    /// Adds a field whose name and value are ranges of the adopted head.
    public mutating func appendParsed(
        known: KnownHeader, name: Range<Int>, value: Range<Int>
    ) {
        precondition(name.upperBound <= block.count && value.upperBound <= block.count)
        expectParsed(known: known, name: name, value: value, isWhole: false)
    }

    /// Adds a field by ranges of a head that `adoptParsed` will bring; until then the field must
    /// not be looked at.
    ///
    /// `isWhole` says that exactly `: ` stands between name and value and CRLF after the value, so
    /// that the field may be sent on as it lies there.
    public mutating func expectParsed(
        known: KnownHeader, name: Range<Int>, value: Range<Int>, isWhole: Bool
    ) {
        precondition(name.count <= UInt16.max && value.upperBound <= UInt32.max)
        seen.insert(known)
        fields.append(
            Field(
                known: known, isWhole: isWhole,
                nameCount: UInt16(truncatingIfNeeded: name.count),
                nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                valueStart: UInt32(truncatingIfNeeded: value.lowerBound),
                valueCount: UInt32(truncatingIfNeeded: value.count)))
    }

    /// Copies the received head whose fields `expectParsed` has named, as far as it was not copied
    /// by an earlier call with fewer bytes of it.
    ///
    /// Fields come in the order of the head, so the last of them shows whether all lie inside.
    public mutating func adoptParsed(_ head: Span<UInt8>) {
        guard let last = fields.last else { return }
        block.append(copying: head.extracting(block.count..<head.count))
        precondition(last.line.upperBound <= block.count)
    }

    // MARK: Looking

    /// The name of the field at `index`, as it was spelt.
    @_lifetime(borrow self)
    public func name(at index: Int) -> Span<UInt8> {
        block.span.extracting(fields[index].name)
    }

    /// The value of the field at `index`.
    @_lifetime(borrow self)
    public func value(at index: Int) -> Span<UInt8> {
        block.span.extracting(fields[index].value)
    }

    /// The identity of the name of the field at `index`.
    public func known(at index: Int) -> KnownHeader { fields[index].known }

    /// The position of the first field of that name at or after `start`, or nil.
    public func index(of known: KnownHeader, from start: Int = 0) -> Int? {
        guard seen.contains(known) else { return nil }
        var index = start
        while index < fields.count {
            if fields[index].known == known { return index }
            index += 1
        }
        return nil
    }

    /// The position of the first field of that name at or after `start`, or nil.
    public func index(of name: HeaderName, from start: Int = 0) -> Int? {
        if name.known != .other { return index(of: name.known, from: start) }
        let wanted = name.bytes.span
        var index = start
        while index < fields.count {
            if fields[index].known == .other, Int(fields[index].nameCount) == wanted.count,
                self.name(at: index).equalsIgnoringCase(wanted)
            {
                return index
            }
            index += 1
        }
        return nil
    }

    /// The value of the first field of that name, or nil.
    @_lifetime(borrow self)
    public func first(_ name: HeaderName) -> Span<UInt8>? {
        guard let index = index(of: name) else { return nil }
        return value(at: index)
    }

    /// The value of the first field of that name, or nil.
    @_lifetime(borrow self)
    public func first(_ known: KnownHeader) -> Span<UInt8>? {
        guard let index = index(of: known) else { return nil }
        return value(at: index)
    }

    /// Whether a field of that name is there.
    public func contains(_ name: HeaderName) -> Bool { index(of: name) != nil }

    /// Whether a field of that name is there.
    public func contains(_ known: KnownHeader) -> Bool { index(of: known) != nil }

    /// A copy of the value of the first field of that name, or nil.
    public subscript(name: HeaderName) -> ByteString? {
        guard let index = index(of: name) else { return nil }
        return ByteString(value(at: index))
    }

    /// Looks at the value of the first field of that name in place; nil when there is none.
    public func withFirst<Result>(
        _ name: HeaderName, _ body: (Span<UInt8>) throws -> Result
    ) rethrows -> Result? {
        guard let index = index(of: name) else { return nil }
        return try body(value(at: index))
    }

    /// Every value of that name as strings, for tests and slow paths.
    public func values(_ name: HeaderName) -> [String] {
        (0..<count).filter { self.name(at: $0).equalsIgnoringCase(name.bytes.span) }
            .map { value(at: $0).string }
    }
}
