internal import COpenSSL

/// Bytes that nobody can guess, from OpenSSL's generator, which the system seeds.
public func unguessableBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let result = unsafe RAND_bytes(&bytes, Int32(count))
    precondition(result == 1, "OpenSSL has no random bytes")
    return bytes
}
