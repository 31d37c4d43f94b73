internal import CLinux

/// A queue of changes to directories (inotify).
///
/// The raw records do not leave this file.
@safe
struct DirectoryEvents: ~Copyable {
    /// One change.
    struct Event {
        /// Which watch saw it.
        let watch: Int32
        /// inotify's bits.
        let mask: UInt32
        /// The name in the directory; empty for the directory itself.
        let name: String

        /// A file that was open for writing has been closed.
        var isWritten: Bool { mask & UInt32(IN_CLOSE_WRITE) != 0 }
        /// A name has come into being.
        var isCreated: Bool { mask & UInt32(IN_CREATE) != 0 }
        /// The watch is over, as the directory has gone.
        var isGone: Bool { mask & UInt32(IN_IGNORED | IN_MOVE_SELF) != 0 }
    }

    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("inotify_init1") }
    }

    deinit { _ = close(descriptor) }

    /// Watches the names in a directory; the same directory gives the same watch.
    borrowing func add(_ directory: String) throws(SystemError) -> Int32 {
        let mask = IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR
        let watch = unsafe inotify_add_watch(descriptor, directory, UInt32(mask))
        guard watch >= 0 else { throw SystemError.last("inotify_add_watch") }
        return watch
    }

    /// Ends a watch.
    borrowing func remove(_ watch: Int32) { _ = inotify_rm_watch(descriptor, watch) }

    /// The changes since the last call, up to a buffer full; empty when there are none.
    borrowing func take() -> [Event] {
        unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { room in
            let count = unsafe read(descriptor, room.baseAddress, room.count)
            var events: [Event] = []
            var start = 0
            // A record: watch, mask, cookie, length of the name, the name padded with NUL.
            while start + 16 <= count {
                let length = unsafe Int(room.load(fromByteOffset: start + 12, as: UInt32.self))
                let name = unsafe room[start + 16..<start + 16 + length].prefix { $0 != 0 }
                unsafe events.append(
                    Event(
                        watch: room.load(fromByteOffset: start, as: Int32.self),
                        mask: room.load(fromByteOffset: start + 4, as: UInt32.self),
                        name: String(decoding: name, as: UTF8.self)))
                start += 16 + length
            }
            return events
        }
    }
}
