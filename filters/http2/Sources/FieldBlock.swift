internal import CNghttp2
internal import WeirBase

/// The fields of a head or of trailers on their way to the library, copied into one block.
///
/// Reused: it allocates only while it grows.
@safe
final class FieldBlock {
    private var bytes: UnsafeMutablePointer<UInt8>
    private var byteCount = 0
    private var byteCapacity = 0
    private var fields: UnsafeMutablePointer<nghttp2_nv>
    private var fieldCapacity = 0

    /// How many fields there are.
    private(set) var count = 0

    init() {
        unsafe bytes = .allocate(capacity: byteCapacity)
        unsafe fields = .allocate(capacity: fieldCapacity)
    }

    deinit {
        unsafe bytes.deallocate()
        unsafe fields.deallocate()
    }

    /// Forgets all fields and keeps the storage.
    func clear() {
        byteCount = 0
        count = 0
    }

    /// Forgets all fields, and the storage too.
    func shrink() {
        clear()
        unsafe bytes.deallocate()
        unsafe fields.deallocate()
        byteCapacity = 0
        fieldCapacity = 0
        unsafe bytes = .allocate(capacity: 0)
        unsafe fields = .allocate(capacity: 0)
    }

    /// Adds a field. The library turns names to lower case.
    func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        reserve(name.count + value.count)
        append(name)
        append(value)
        finish(name.count, value.count)
    }

    /// Adds all fields but those of `skipped`.
    func add(_ headers: borrowing HeaderMap, except skipped: KnownHeaders) {
        for index in 0..<headers.count where !headers.isAny(of: skipped, at: index) {
            add(headers.name(at: index), headers.value(at: index))
        }
    }

    func add(_ name: StaticString, _ value: Span<UInt8>) { add(name.span, value) }

    /// Adds a field with a number that is not negative for its value.
    func add(_ name: StaticString, decimal value: Int) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var first = 20
        var rest = value
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        add(name.span, digits.span.extracting(first..<20))
    }

    /// Adds a field whose value is two pieces with a byte in between.
    func add(_ name: StaticString, _ first: Span<UInt8>, _ between: UInt8, _ second: Span<UInt8>) {
        let count = first.count + 1 + second.count
        reserve(name.utf8CodeUnitCount + count)
        append(name.span)
        append(first)
        unsafe bytes[byteCount] = between
        byteCount += 1
        append(second)
        finish(name.utf8CodeUnitCount, count)
    }

    /// Makes room for one more field with so many bytes.
    private func reserve(_ more: Int) {
        if byteCount + more > byteCapacity {
            byteCapacity = max(512, 2 * byteCapacity, byteCount + more)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCapacity)
            unsafe larger.update(from: bytes, count: byteCount)
            unsafe bytes.deallocate()
            unsafe bytes = larger
        }
        if count == fieldCapacity {
            fieldCapacity = max(16, 2 * fieldCapacity)
            let larger = UnsafeMutablePointer<nghttp2_nv>.allocate(capacity: fieldCapacity)
            unsafe larger.update(from: fields, count: count)
            unsafe fields.deallocate()
            unsafe fields = larger
        }
    }

    /// Copies bytes for which `reserve` has made room.
    private func append(_ source: Span<UInt8>) {
        precondition(byteCount + source.count <= byteCapacity)
        unsafe source.withUnsafeBufferPointer { from in
            guard let first = from.baseAddress else { return }
            unsafe (bytes + byteCount).update(from: first, count: from.count)
        }
        byteCount += source.count
    }

    private func finish(_ nameCount: Int, _ valueCount: Int) {
        // Where they lie is filled in when they are handed out: the block may move until then.
        unsafe fields[count] = nghttp2_nv(
            name: nil, value: nil, namelen: nameCount, valuelen: valueCount,
            flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
        count += 1
    }

    /// Lets the library see the fields; it copies what it keeps.
    func withFields<Result>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> Result) -> Result {
        var next = unsafe bytes
        for index in 0..<count {
            unsafe fields[index].name = next
            unsafe next += fields[index].namelen
            unsafe fields[index].value = next
            unsafe next += fields[index].valuelen
        }
        return unsafe body(fields, count)
    }
}
