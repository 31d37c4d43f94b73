internal import CLinux
internal import WeirBase

// System calls on sockets that take pointers; the pointers do not leave this file.

/// Reads into the buffer's free room, again when a signal came in between.
func receive(_ descriptor: Int32, into buffer: ByteBuffer) -> Int {
    unsafe buffer.withRoom { room in
        while true {
            let count = unsafe recv(descriptor, room.baseAddress, room.count, 0)
            if count >= 0 || weir_errno() != EINTR { return count }
        }
    }
}

/// Sends what the socket takes of the bytes, again when a signal came in between.
func transmit(_ descriptor: Int32, _ bytes: Span<UInt8>) -> Int {
    unsafe bytes.withUnsafeBytes { bytes in
        while true {
            let count = unsafe send(
                descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 || weir_errno() != EINTR { return count }
        }
    }
}

/// Sends what the socket takes of both, in one call.
func transmit(_ descriptor: Int32, _ first: Span<UInt8>, _ second: Span<UInt8>) -> Int {
    unsafe first.withUnsafeBytes { first in
        unsafe second.withUnsafeBytes { second in
            var parts = unsafe (
                iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress),
                    iov_len: first.count),
                iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress),
                    iov_len: second.count)
            )
            return unsafe withUnsafeMutableBytes(of: &parts) { parts in
                var message = unsafe msghdr()
                unsafe message.msg_iov = parts.baseAddress?.assumingMemoryBound(to: iovec.self)
                unsafe message.msg_iovlen = 2
                while true {
                    let count = unsafe sendmsg(
                        descriptor, &message, Int32(MSG_NOSIGNAL))
                    if count >= 0 || weir_errno() != EINTR { return count }
                }
            }
        }
    }
}

/// Looks at the first waiting byte without taking it: the result of `recv(2)`.
func peekByte(_ descriptor: Int32) -> Int {
    var byte: UInt8 = 0
    let flags = Int32(MSG_PEEK | MSG_DONTWAIT)
    while true {
        let count = unsafe recv(descriptor, &byte, 1, flags)
        if count >= 0 || weir_errno() != EINTR { return count }
    }
}

/// Sets a socket option that is a number; 0 or -1.
@discardableResult
func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) -> Int32 {
    var value = value
    return unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
}

/// A socket option that is a number, or nil.
func option(_ descriptor: Int32, _ level: Int32, _ name: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return unsafe getsockopt(descriptor, level, name, &value, &length) == 0 ? value : nil
}

/// Makes `close` reset the connection instead of ending it in order.
func setResetOnClose(_ descriptor: Int32) {
    var value = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
}
