/// A block of bytes with a read end and a write end; the currency of the data plane.
///
/// A buffer belongs to one event loop at a time and moves between its owners: a socket fills it, a
/// codec reads it, a socket drains it. It grows only when `reserve` asks. Untrusted bytes are seen
/// through `Span`s,
/// whose bounds are checked; the raw memory does not leave this file.
@safe
public final class ByteBuffer {
    private var memory: UnsafeMutableRawPointer

    /// How many bytes the buffer can hold.
    public var capacity: Int { size }
    private var size: Int

    /// Where the next byte is read.
    public var readerIndex: Int { start }
    private var start = 0

    /// Where the next byte is written.
    public var writerIndex: Int { end }
    private var end = 0

    /// Creates an empty buffer of `capacity` bytes.
    public init(capacity: Int) {
        size = capacity
        unsafe memory = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { unsafe memory.deallocate() }

    /// How many bytes wait to be read.
    public var count: Int { writerIndex - readerIndex }

    /// Whether no byte waits to be read.
    public var isEmpty: Bool { writerIndex == readerIndex }

    /// How many bytes can be written before the buffer is full.
    public var room: Int { capacity - writerIndex }

    /// The bytes that wait to be read.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self) get {
            let first = unsafe (memory + readerIndex).assumingMemoryBound(to: UInt8.self)
            let span = unsafe Span(_unsafeStart: first, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Forgets the first `count` waiting bytes.
    public func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count, "consumed more than the buffer holds")
        start += count
        if readerIndex == writerIndex {
            start = 0
            end = 0
        }
    }

    /// Forgets everything.
    public func clear() {
        start = 0
        end = 0
    }

    /// Moves the waiting bytes to the front, so that all free room is at the end.
    public func compact() {
        guard readerIndex > 0 else { return }
        let waiting = count
        unsafe memory.copyMemory(from: memory + readerIndex, byteCount: waiting)
        start = 0
        end = waiting
    }

    /// Makes room for at least `count` more bytes, moving to larger memory when needed.
    public func reserve(_ count: Int) {
        if room >= count { return }
        compact()
        if room >= count { return }
        let larger = max(capacity * 2, self.count + count)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe fresh.copyMemory(from: memory, byteCount: self.count)
        unsafe memory.deallocate()
        unsafe memory = fresh
        size = larger
    }

    /// Appends all of `source`, growing when it does not fit.
    public func write(_ source: Span<UInt8>) {
        if room < source.count { reserve(source.count) }
        append(source)
    }

    /// Appends the bytes of `text`, growing when they do not fit.
    public func write(_ text: ByteString) { write(text.span) }

    /// Appends the UTF-8 bytes of `text`, growing when they do not fit.
    public func write(_ text: String) { write(text.utf8.span) }

    /// Appends a literal, growing when it does not fit.
    public func write(_ literal: StaticString) { write(literal.span) }

    /// Appends one byte, growing when it does not fit.
    public func write(_ byte: UInt8) {
        if room < 1 { reserve(1) }
        append(byte)
    }

    /// Appends the decimal digits of a number that is not negative.
    public func write(decimal number: Int) {
        if number < 10 { return write(UInt8(ascii: "0") + UInt8(number)) }
        // From the last digit: dividing by a constant is a multiplication.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = number
        while rest > 0 {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        write(digits.span.extracting(first..<20))
    }

    /// Appends a number as 16 lower-case hexadecimal digits.
    public func write(hexadecimal number: UInt64) {
        reserve(16)
        let high = Self.digits(UInt32(truncatingIfNeeded: number &>> 32))
        let low = Self.digits(UInt32(truncatingIfNeeded: number))
        unsafe memory.storeBytes(of: high.bigEndian, toByteOffset: writerIndex, as: UInt64.self)
        unsafe memory.storeBytes(of: low.bigEndian, toByteOffset: writerIndex + 8, as: UInt64.self)
        end += 16
    }

    /// Eight hexadecimal digits as text, the first in the highest bits.
    private static func digits(_ number: UInt32) -> UInt64 {
        // Each half byte moves to a byte of its own, all of them in three steps.
        var spread = UInt64(number)
        spread = (spread &<< 16 | spread) & 0x0000_FFFF_0000_FFFF
        spread = (spread &<< 8 | spread) & 0x00FF_00FF_00FF_00FF
        spread = (spread &<< 4 | spread) & 0x0F0F_0F0F_0F0F_0F0F
        let letters = (spread &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
        return spread &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }

    /// Appends as many of `source`'s bytes as fit and returns how many that were.
    @discardableResult
    public func append(_ source: Span<UInt8>) -> Int {
        let taken = min(source.count, room)
        if taken > 0 {
            unsafe source.withUnsafeBytes { from in
                unsafe (memory + writerIndex).copyMemory(
                    from: from.baseAddress.unsafelyUnwrapped, byteCount: taken)
            }
            end += taken
        }
        return taken
    }

    /// Appends one byte; false when the buffer is full.
    @discardableResult
    public func append(_ byte: UInt8) -> Bool {
        guard room > 0 else { return false }
        unsafe memory.storeBytes(of: byte, toByteOffset: writerIndex, as: UInt8.self)
        end += 1
        return true
    }

    /// Lets a system call write into the free room; `body` returns how many bytes it wrote.
    ///
    /// A return value of zero or less leaves the buffer as it was and is passed on, so that the
    /// result of `read(2)` can be returned as it is.
    public func withRoom(_ body: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let free = unsafe UnsafeMutableRawBufferPointer(start: memory + writerIndex, count: room)
        let written = unsafe body(free)
        if written > 0 {
            precondition(written <= room, "more bytes were written than there was room for")
            end += written
        }
        return written
    }
}
