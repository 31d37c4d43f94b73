/// The header fields of one message, in order, in one block of bytes.
///
/// A parsed head is copied here whole, and fields are ranges of it; edits append to the block. Names
/// keep their spelling and compare without case. Clearing keeps the storage, so a pooled map
/// allocates nothing in steady state.
public struct HeaderMap: Sendable {
    /// Where one field lies in the block.
    public struct Field: Sendable {
        /// The name's identity when it is a well-known one.
        public let known: KnownHeader
        let nameCount: UInt16
        let nameStart: UInt32
        var valueStart: UInt32
        var valueCount: UInt32
    }

    private var block: [UInt8] = []
    private var fields: [Field] = []

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
        block.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
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
        fields.append(
            Field(
                known: known, nameCount: UInt16(name.count), nameStart: UInt32(name.lowerBound),
                valueStart: UInt32(value.lowerBound), valueCount: UInt32(value.count)))
    }

    // MARK: Looking

    /// The name of the field at `index`, as it was spelt.
    @_lifetime(borrow self)
    public func name(at index: Int) -> Span<UInt8> {
        let field = fields[index]
        let start = Int(field.nameStart)
        return block.span.extracting(start..<start + Int(field.nameCount))
    }

    /// The value of the field at `index`.
    @_lifetime(borrow self)
    public func value(at index: Int) -> Span<UInt8> {
        let field = fields[index]
        let start = Int(field.valueStart)
        return block.span.extracting(start..<start + Int(field.valueCount))
    }

    /// The identity of the name of the field at `index`.
    public func known(at index: Int) -> KnownHeader { fields[index].known }

    /// The position of the first field of that name at or after `start`, or nil.
    public func index(of known: KnownHeader, from start: Int = 0) -> Int? {
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

    // MARK: Editing

    /// Adds a field after the others.
    public mutating func append(_ name: HeaderName, _ value: Span<UInt8>) {
        let nameStart = block.count
        block.append(contentsOf: name.bytes.storage)
        let valueStart = block.count
        block.append(copying: value)
        fields.append(
            Field(
                known: name.known, nameCount: UInt16(name.bytes.count),
                nameStart: UInt32(nameStart), valueStart: UInt32(valueStart),
                valueCount: UInt32(value.count)))
    }

    /// Adds a field of a well-known name after the others.
    public mutating func append(_ known: KnownHeader, _ value: Span<UInt8>) {
        let name = known.name.span
        let nameStart = block.count
        block.append(copying: name)
        let valueStart = block.count
        block.append(copying: value)
        fields.append(
            Field(
                known: known, nameCount: UInt16(name.count), nameStart: UInt32(nameStart),
                valueStart: UInt32(valueStart), valueCount: UInt32(value.count)))
    }

    /// Makes `value` the only value of a well-known name, in the place of the first or at the end.
    public mutating func set(_ known: KnownHeader, _ value: Span<UInt8>) {
        guard let first = index(of: known) else { return append(known, value) }
        replaceValue(at: first, with: value)
        while let extra = index(of: known, from: first + 1) { fields.remove(at: extra) }
    }

    /// Removes every field of a well-known name.
    public mutating func remove(_ known: KnownHeader) {
        while let found = index(of: known) { fields.remove(at: found) }
    }

    /// Adds a field after the others.
    public mutating func append(_ name: HeaderName, _ value: String) {
        append(name, ByteString(value).span)
    }

    /// Makes `value` the only value of that name, in the place of the first or at the end.
    public mutating func set(_ name: HeaderName, _ value: Span<UInt8>) {
        guard let first = index(of: name) else { return append(name, value) }
        replaceValue(at: first, with: value)
        while let extra = index(of: name, from: first + 1) { fields.remove(at: extra) }
    }

    /// Makes `value` the only value of that name, in the place of the first or at the end.
    public mutating func set(_ name: HeaderName, _ value: String) {
        set(name, ByteString(value).span)
    }

    /// Replaces the value of the field at `index`.
    public mutating func replaceValue(at index: Int, with value: Span<UInt8>) {
        fields[index].valueStart = UInt32(block.count)
        fields[index].valueCount = UInt32(value.count)
        block.append(copying: value)
    }

    /// Appends `suffix` to the value of the field at `index`, after a comma when there is a value.
    public mutating func extendValue(at index: Int, with suffix: Span<UInt8>) {
        let field = fields[index]
        let start = block.count
        let old = Int(field.valueStart)
        block.reserveCapacity(start + Int(field.valueCount) + suffix.count + 2)
        for position in old..<old + Int(field.valueCount) { block.append(block[position]) }
        if field.valueCount > 0 {
            block.append(UInt8(ascii: ","))
            block.append(UInt8(ascii: " "))
        }
        block.append(copying: suffix)
        fields[index].valueStart = UInt32(start)
        fields[index].valueCount = UInt32(block.count - start)
    }

    /// Removes the field at `index`.
    public mutating func remove(at index: Int) { fields.remove(at: index) }

    /// Removes every field of that name and returns whether there was one.
    @discardableResult
    public mutating func remove(_ name: HeaderName) -> Bool {
        let before = fields.count
        var from = 0
        while let found = index(of: name, from: from) {
            fields.remove(at: found)
            from = found
        }
        return fields.count < before
    }

    /// Removes every field for which `condition` holds, given its position.
    public mutating func removeAll(where condition: (borrowing HeaderMap, Int) -> Bool) {
        var kept = 0
        for index in 0..<fields.count where !condition(self, index) {
            if kept != index { fields[kept] = fields[index] }
            kept += 1
        }
        fields.removeLast(fields.count - kept)
    }
}
