internal import CLinux
internal import WeirBase

/// A socket address in the kernel's form.
///
/// The raw memory of `sockaddr` and its kin does not leave this file.
@safe
struct SystemAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    /// Room for an address that the kernel fills in.
    init() {}

    /// The kernel's form of `address`; nil for a Unix path that is empty or too long.
    init?(_ address: SocketAddress) {
        switch address {
        case .ip(let ip, let port):
            if let bits = ip.v4Bits { set(v4: bits, port) } else { set(v6: ip.v6Halves, port) }
        case .unix(let path):
            guard set(path: path) else { return nil }
        }
    }

    /// A copy of an address that a library hands out.
    init(_ bytes: UnsafeRawBufferPointer) {
        length = socklen_t(min(bytes.count, MemoryLayout<sockaddr_storage>.size))
        unsafe withUnsafeMutableBytes(of: &storage) { room in
            unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<Int(length)]))
        }
    }

    // `sockaddr_in` and `sockaddr_in6` field by field: the importer takes either for a part of
    // whichever library's header it meets first.

    /// Family (2 bytes), port (2), address (4), padding (8).
    private mutating func set(v4 bits: UInt32, _ port: UInt16) {
        length = 16
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            unsafe bytes.storeBytes(of: bits.bigEndian, toByteOffset: 4, as: UInt32.self)
        }
    }

    /// Family (2 bytes), port (2), flow label (4), address (16), scope (4).
    private mutating func set(v6 halves: (high: UInt64, low: UInt64), _ port: UInt16) {
        length = 28
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
            unsafe bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            unsafe bytes.storeBytes(of: halves.high.bigEndian, toByteOffset: 8, as: UInt64.self)
            unsafe bytes.storeBytes(of: halves.low.bigEndian, toByteOffset: 16, as: UInt64.self)
        }
    }

    private mutating func set(path: String) -> Bool {
        var name = Array(path.utf8)
        guard !name.isEmpty, name.count < 108 else { return false }
        // Linux's abstract namespace: a name that starts with NUL and is not NUL-terminated.
        let abstract = name[0] == UInt8(ascii: "@")
        if abstract { name[0] = 0 }
        length = socklen_t(2 + name.count + (abstract ? 0 : 1))
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            for (index, byte) in name.enumerated() { unsafe bytes[2 + index] = byte }
        }
        return true
    }

    /// The address family, such as `AF_INET`.
    var family: Int32 { Int32(storage.ss_family) }

    /// The address; nil when there is none, as for the peer of most Unix sockets.
    var address: SocketAddress? {
        unsafe withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET:
                let port = unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
                let bits = unsafe UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self))
                return .ip(IPAddress(v4: bits), port: port)
            case AF_INET6:
                let port = unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
                let high = unsafe UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
                let low = unsafe UInt64(bigEndian: bytes.load(fromByteOffset: 16, as: UInt64.self))
                return .ip(IPAddress(v6: high, low), port: port)
            case AF_UNIX:
                let end = min(Int(length), bytes.count)
                guard end > 2 else { return nil }
                if unsafe bytes[2] == 0 {
                    let name = unsafe String(decoding: bytes[3..<end], as: UTF8.self)
                    return .unix(path: "@" + name)
                }
                let path = unsafe bytes[2..<end].prefix { $0 != 0 }
                return unsafe .unix(path: String(decoding: path, as: UTF8.self))
            default:
                return nil
            }
        }
    }

    /// `connect(2)`.
    func connect(_ descriptor: Int32) -> Int32 {
        unsafe withUnsafePointer(to: storage) { unsafe weir_connect(descriptor, $0, length) }
    }

    /// `bind(2)`.
    func bind(_ descriptor: Int32) -> Int32 {
        unsafe withUnsafePointer(to: storage) { unsafe weir_bind(descriptor, $0, length) }
    }

    /// `accept4(2)` for a non-blocking socket that is closed on exec.
    mutating func accept(_ descriptor: Int32) -> Int32 {
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe weir_accept(descriptor, &storage, &length)
    }

    /// `getsockname(2)`; nil on failure.
    static func local(_ descriptor: Int32) -> SocketAddress? {
        var name = SystemAddress()
        let result = unsafe weir_local_address(descriptor, &name.storage, &name.length)
        return result == 0 ? name.address : nil
    }

    /// `getpeername(2)`; nil on failure.
    static func peer(_ descriptor: Int32) -> SocketAddress? {
        var name = SystemAddress()
        let result = unsafe weir_peer_address(descriptor, &name.storage, &name.length)
        return result == 0 ? name.address : nil
    }
}
