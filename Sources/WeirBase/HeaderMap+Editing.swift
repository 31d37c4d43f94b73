/// Changing fields. Old bytes stay in the block until the map is cleared; what is added is laid out
/// as HTTP/1 sends it.
extension HeaderMap {
    /// Adds a field after the others. Bytes that no value may hold are replaced (see
    /// `replaceValue`).
    public mutating func append(_ name: HeaderName, _ value: Span<UInt8>) {
        append(name: name.bytes.span, known: name.known, value)
    }

    /// Adds a field of a well-known name after the others.
    public mutating func append(_ known: KnownHeader, _ value: Span<UInt8>) {
        append(name: known.name.span, known: known, value)
    }

    /// Adds a field after the others, `known` being what `KnownHeader.named` says of its name.
    public mutating func append(name: Span<UInt8>, known: KnownHeader, _ value: Span<UInt8>) {
        let nameStart = block.count
        guard value.firstForbiddenInValue(from: 0) == value.count else {
            block.append(copying: name)
            return finishField(known: known, nameStart: nameStart, value: value)
        }
        block.append(fieldNamed: name, value)
        noteField(known, nameStart: nameStart, nameCount: name.count, valueCount: value.count)
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

    /// Makes `value` the only value of a well-known name, in the place of the first or at the end.
    public mutating func set(_ known: KnownHeader, _ value: Span<UInt8>) {
        guard let first = index(of: known) else { return append(known, value) }
        replaceValue(at: first, with: value)
        while let extra = index(of: known, from: first + 1) { fields.remove(at: extra) }
    }

    /// Replaces the value of the field at `index`.
    ///
    /// CR, LF, NUL and the other control bytes but the tab become spaces (RFC 9110, section 5.5),
    /// so that no value made from a request's bytes can end the field and begin another.
    public mutating func replaceValue(at index: Int, with value: Span<UInt8>) {
        let field = fields[index]
        let nameStart = block.count
        appendBlock(field.name)
        finishField(known: field.known, nameStart: nameStart, value: value)
        fields.swapAt(index, fields.count - 1)
        fields.removeLast()
    }

    /// Appends `suffix` to the value of the field at `index`, after a comma when there is a value.
    public mutating func extendValue(at index: Int, with suffix: Span<UInt8>) {
        let field = fields[index]
        let nameStart = block.count
        block.reserveCapacity(
            nameStart + Int(field.nameCount) + Int(field.valueCount) + suffix.count + 6)
        appendBlock(field.name)
        appendLiteral(": ")
        let valueStart = block.count
        appendBlock(field.value)
        if field.valueCount > 0 { appendLiteral(", ") }
        appendValue(suffix)
        let valueCount = block.count - valueStart
        appendLiteral("\r\n")
        fields[index] = Field(
            known: field.known, isWhole: true, nameCount: field.nameCount,
            nameStart: UInt32(nameStart), valueStart: UInt32(valueStart),
            valueCount: UInt32(valueCount))
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

    /// Removes every field of a well-known name.
    public mutating func remove(_ known: KnownHeader) {
        while let found = index(of: known) { fields.remove(at: found) }
    }

    /// Removes every field whose name is one of `names`.
    public mutating func remove(_ names: KnownHeaders) {
        guard !seen.isDisjoint(with: names) else { return }
        removeAll { $0.isAny(of: names, at: $1) }
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

    // MARK: The block

    /// Completes the field whose name begins at `nameStart` and ends the block.
    private mutating func finishField(known: KnownHeader, nameStart: Int, value: Span<UInt8>) {
        let nameCount = block.count - nameStart
        appendLiteral(": ")
        appendValue(value)
        appendLiteral("\r\n")
        noteField(known, nameStart: nameStart, nameCount: nameCount, valueCount: value.count)
    }

    /// Adds a field that ends the block.
    private mutating func noteField(
        _ known: KnownHeader, nameStart: Int, nameCount: Int, valueCount: Int
    ) {
        seen.insert(known)
        fields.append(
            Field(
                known: known, isWhole: true, nameCount: UInt16(nameCount),
                nameStart: UInt32(nameStart), valueStart: UInt32(nameStart + nameCount + 2),
                valueCount: UInt32(valueCount)))
    }

    /// Appends a copy of a part of the block itself.
    private mutating func appendBlock(_ range: Range<Int>) {
        block.reserveCapacity(block.count + range.count)
        for position in range { block.append(block[position]) }
    }

    private mutating func appendLiteral(_ literal: StaticString) {
        block.append(copying: literal.span)
    }

    private mutating func appendValue(_ value: Span<UInt8>) {
        let start = block.count
        block.append(copying: value)
        guard value.firstForbiddenInValue(from: 0) < value.count else { return }
        for index in start..<block.count where !block[index].isAllowedInValue {
            block[index] = UInt8(ascii: " ")
        }
    }
}
