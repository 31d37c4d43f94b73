internal import Glibc
internal import WeirBase

/// Buffers for bytes on their way through OpenSSL, one stock per thread: a connection holds one
/// only while it has something in it.
///
/// A connection stays on its loop, and so on its thread.
@safe
final class ThreadBuffers {
    /// Holds a record of the largest kind and what may stand before it (RFC 8446, section 5.2).
    static let smallSize = (16 << 10) + 1024
    /// Holds the records of `bulk` bytes.
    static let largeSize = bulk + 4096
    /// How many bytes are encrypted before they are sent.
    static let bulk = 64 << 10

    private static let spareSmall = 16
    private static let spareLarge = 4

    private var small: [ByteBuffer] = []
    private var large: [ByteBuffer] = []
    /// For putting small pieces together.
    let joint = ByteBuffer(capacity: jointSize)

    /// Pieces of no more bytes in all become one record.
    static let jointSize = 4096

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let code = unsafe pthread_key_create(&key) { value in
            guard let value = unsafe value else { return }
            unsafe Unmanaged<ThreadBuffers>.fromOpaque(value).release()
        }
        precondition(code == 0, "no room for a thread's own value")
        return key
    }()

    /// The calling thread's stock.
    static var current: ThreadBuffers {
        if let value = unsafe pthread_getspecific(key) {
            return unsafe Unmanaged<ThreadBuffers>.fromOpaque(value).takeUnretainedValue()
        }
        let fresh = ThreadBuffers()
        unsafe pthread_setspecific(key, Unmanaged.passRetained(fresh).toOpaque())
        return fresh
    }

    /// An empty buffer.
    func take(isLarge: Bool) -> ByteBuffer {
        if isLarge { return large.popLast() ?? ByteBuffer(capacity: Self.largeSize) }
        return small.popLast() ?? ByteBuffer(capacity: Self.smallSize)
    }

    /// Takes back a buffer whose bytes nobody needs any more; one that has grown is let go.
    func give(_ buffer: ByteBuffer) {
        buffer.clear()
        if buffer.capacity == Self.smallSize {
            if small.count < Self.spareSmall { small.append(buffer) }
        } else if buffer.capacity == Self.largeSize {
            if large.count < Self.spareLarge { large.append(buffer) }
        }
    }
}
