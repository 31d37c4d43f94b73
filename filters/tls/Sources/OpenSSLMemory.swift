internal import COpenSSL

/// Lets OpenSSL read `bytes`.
func withMemoryBIO<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes { memory in
        let bio = unsafe BIO_new_mem_buf(memory.baseAddress, Int32(memory.count))
        defer { unsafe BIO_free(bio) }
        return unsafe body(bio)
    }
}

/// What OpenSSL writes, as text.
func withOutputBIO(_ body: (OpaquePointer?) -> Void) -> String {
    let bio = unsafe BIO_new(BIO_s_mem())
    defer { unsafe BIO_free(bio) }
    unsafe body(bio)
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe weir_bio_memory(bio, &start)
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: max(0, count))
    return unsafe String(decoding: bytes, as: UTF8.self)
}
