/// Bytes with value semantics that keep their storage when replaced.
///
/// Most are ASCII, but nothing promises it. A `String` is made only when somebody asks for
/// `description`.
public struct ByteString: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The bytes themselves.
    public var storage: [UInt8]

    /// Creates an empty string.
    public init() { storage = [] }

    /// Creates a string that holds `bytes`.
    public init(_ bytes: [UInt8]) { storage = bytes }

    /// Creates the UTF-8 bytes of `string`.
    public init(_ string: String) { storage = Array(string.utf8) }

    /// Creates a copy of `bytes`.
    public init(_ bytes: Span<UInt8>) {
        storage = []
        append(bytes)
    }

    /// Creates the UTF-8 bytes of a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// How many bytes there are.
    public var count: Int { storage.count }

    /// Whether there are none.
    public var isEmpty: Bool { storage.isEmpty }

    /// The bytes, to be looked at in place.
    public var span: Span<UInt8> {
        @_lifetime(borrow self) get { storage.span }
    }

    /// The bytes read as UTF-8, with replacement characters where they are not.
    public var description: String { String(decoding: storage, as: UTF8.self) }

    /// Removes every byte and keeps the storage.
    public mutating func clear() {
        if !storage.isEmpty { storage.removeAll(keepingCapacity: true) }
    }

    /// Replaces the contents and keeps the storage.
    public mutating func replace(with bytes: Span<UInt8>) {
        clear()
        append(bytes)
    }

    /// Appends `bytes`.
    public mutating func append(_ bytes: Span<UInt8>) { storage.append(copying: bytes) }

    /// Appends the bytes of `other`.
    public mutating func append(_ other: ByteString) { storage.append(contentsOf: other.storage) }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) { storage.append(byte) }

    /// Appends the UTF-8 bytes of `string`.
    public mutating func append(_ string: String) { storage.append(contentsOf: string.utf8) }
}

extension ByteString {
    /// How many bytes of an authority are the host, without the port.
    public var hostCount: Int {
        var end = storage.count
        while end > 0, storage[end - 1].isDigit { end -= 1 }
        return end > 0 && storage[end - 1] == UInt8(ascii: ":") ? end - 1 : storage.count
    }
}

extension Array where Element == UInt8 {
    /// Appends a copy of `bytes`.
    public mutating func append(copying bytes: Span<UInt8>) {
        if bytes.isEmpty { return }
        append(addingCapacity: bytes.count) { $0.put(bytes) }
    }

    /// Appends a field as HTTP/1 sends it, making room once.
    mutating func append(fieldNamed name: Span<UInt8>, _ value: Span<UInt8>) {
        append(addingCapacity: name.count + value.count + 4) { line in
            line.put(name)
            line.append(UInt8(ascii: ":"))
            line.append(UInt8(ascii: " "))
            line.put(value)
            line.append(UInt8(ascii: "\r"))
            line.append(UInt8(ascii: "\n"))
        }
    }

    /// Appends the decimal digits of `number`.
    public mutating func append(decimal number: Int) {
        if number >= 0 && number < 10 {
            append(UInt8(ascii: "0") &+ UInt8(number))
            return
        }
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = number.magnitude
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        if number < 0 { append(UInt8(ascii: "-")) }
        for index in first..<20 { append(digits[index]) }
    }
}

extension OutputSpan where Element == UInt8 {
    /// Appends a copy of `bytes`, for which there has to be room.
    @inline(__always) @_lifetime(self: copy self)
    fileprivate mutating func put(_ bytes: Span<UInt8>) {
        precondition(bytes.count <= freeCapacity)
        unsafe bytes.withUnsafeBufferPointer { source in
            unsafe withUnsafeMutableBufferPointer { buffer, count in
                guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
                unsafe (to + count).update(from: from, count: source.count)
                count += source.count
            }
        }
    }
}
