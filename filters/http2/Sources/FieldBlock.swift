internal import CNghttp2
internal import WeirBase

/// The fields of a head or of trailers on their way to the library, copied into one block.
///
/// Reused: it allocates only while it grows.
@safe
final class FieldBlock {
    private var bytes: [UInt8] = []
    private var fields: [nghttp2_nv] = unsafe []

    /// Forgets all fields and keeps the storage.
    func clear() {
        bytes.removeAll(keepingCapacity: true)
        unsafe fields.removeAll(keepingCapacity: true)
    }

    var isEmpty: Bool { unsafe fields.isEmpty }

    /// Adds a field. The library turns names to lower case.
    func add(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        bytes.append(copying: name)
        bytes.append(copying: value)
        finish(name.count, value.count)
    }

    func add(_ name: StaticString, _ value: Span<UInt8>) { add(name.span, value) }

    /// Adds a field with a number for its value.
    func add(_ name: StaticString, decimal value: Int) {
        bytes.append(copying: name.span)
        let start = bytes.count
        bytes.append(decimal: value)
        finish(name.utf8CodeUnitCount, bytes.count - start)
    }

    /// Adds a field whose value is two pieces with a byte in between.
    func add(_ name: StaticString, _ first: Span<UInt8>, _ between: UInt8, _ second: Span<UInt8>) {
        bytes.append(copying: name.span)
        bytes.append(copying: first)
        bytes.append(between)
        bytes.append(copying: second)
        finish(name.utf8CodeUnitCount, first.count + 1 + second.count)
    }

    private func finish(_ nameCount: Int, _ valueCount: Int) {
        unsafe fields.append(
            nghttp2_nv(
                name: nil, value: nil, namelen: nameCount, valuelen: valueCount,
                flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
    }

    /// Lets the library see the fields; it copies what it keeps.
    func withFields<Result>(_ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result) -> Result {
        unsafe bytes.withUnsafeMutableBufferPointer { storage in
            var next = storage.baseAddress
            let count = unsafe fields.count
            for index in 0..<count {
                unsafe fields[index].name = next
                unsafe next = next.map { unsafe $0 + fields[index].namelen }
                unsafe fields[index].value = next
                unsafe next = next.map { unsafe $0 + fields[index].valuelen }
            }
            return unsafe fields.withUnsafeBufferPointer {
                unsafe body($0.baseAddress, $0.count)
            }
        }
    }
}
