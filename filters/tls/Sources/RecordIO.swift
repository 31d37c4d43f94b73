internal import COpenSSL
internal import WeirBase

/// Where OpenSSL reads and writes records: the connection's own buffers, through a BIO whose
/// callbacks find the connection by the BIO's data.
enum RecordIO {
    /// A BIO for a connection, which has to outlive it.
    static func make(for transport: TlsTransport) -> OpaquePointer? {
        let bio = unsafe BIO_new(method)
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(transport).toOpaque())
        return unsafe bio
    }

    /// The connection of an SSL object.
    static func transport(of ssl: OpaquePointer?) -> TlsTransport? {
        guard let data = unsafe BIO_get_data(SSL_get_rbio(ssl)) else { return nil }
        return unsafe Unmanaged<TlsTransport>.fromOpaque(data).takeUnretainedValue()
    }

    /// Told of every message of the handshake's kind, after the handshake too.
    static let progress: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = {
        ssl, event, _ in
        guard event & SSL_CB_LOOP != 0 else { return }
        unsafe transport(of: ssl)?.countMessage()
    }

    nonisolated(unsafe) private static let method: OpaquePointer? = {
        let kind = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        let method = unsafe BIO_meth_new(kind, "weir")
        unsafe BIO_meth_set_read(method, read)
        unsafe BIO_meth_set_write(method, write)
        unsafe BIO_meth_set_ctrl(method, control)
        return unsafe method
    }()

    private static let read:
        @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
            bio, memory, count in
            unsafe weir_bio_want_nothing(bio)
            guard let memory = unsafe memory, count > 0, let data = unsafe BIO_get_data(bio) else {
                return 0
            }
            let room = unsafe UnsafeMutableRawBufferPointer(start: memory, count: Int(count))
            let taken = unsafe Unmanaged<TlsTransport>.fromOpaque(data)
                ._withUnsafeGuaranteedRef { transport -> Int in
                    guard let input = transport.recordInput() else { return 0 }
                    return unsafe input.bytes.withUnsafeBytes { bytes in
                        let taken = min(bytes.count, room.count)
                        unsafe room.baseAddress?.copyMemory(
                            from: bytes.baseAddress.unsafelyUnwrapped, byteCount: taken)
                        return taken
                    }.consumed(from: input)
                }
            if taken > 0 { return Int32(taken) }
            unsafe weir_bio_want_read(bio)
            return -1
        }

    private static let write:
        @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            bio, memory, count in
            guard let memory = unsafe memory, count > 0, let data = unsafe BIO_get_data(bio) else {
                return 0
            }
            let bytes = unsafe UnsafeRawBufferPointer(start: memory, count: Int(count))
            let records = unsafe Span<UInt8>(_bytes: bytes.bytes)
            unsafe Unmanaged<TlsTransport>.fromOpaque(data)
                ._withUnsafeGuaranteedRef { $0.recordOutput().write(records) }
            return count
        }

    private static let control:
        @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
            _, command, _, _ in
            // Records lie in memory: there is nothing to flush.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
}

extension Int {
    /// Forgets so many bytes of a buffer, and returns how many.
    fileprivate func consumed(from buffer: ByteBuffer) -> Int {
        buffer.consume(self)
        return self
    }
}
