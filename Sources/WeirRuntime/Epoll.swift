internal import CLinux

/// An epoll instance and the room for one batch of its events.
///
/// All of the loop's raw memory is here.
@safe
struct Epoll: ~Copyable {
    static let batchSize = 512
    static let edgeTriggered = UInt32(0x1 | 0x4 | 0x2000) | 1 << 31  // IN, OUT, RDHUP, ET
    static let levelReadable = UInt32(0x1)
    static let levelWritable = UInt32(0x4)

    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>

    init() throws(SystemError) {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("epoll_create1") }
        self.descriptor = descriptor
        unsafe events = .allocate(capacity: Self.batchSize)
        unsafe events.initialize(repeating: epoll_event(), count: Self.batchSize)
    }

    deinit {
        unsafe events.deallocate()
        _ = close(descriptor)
    }

    /// Starts to watch a descriptor; `token` comes back with its events.
    borrowing func add(_ watched: Int32, interest: UInt32, token: UInt64) throws(SystemError) {
        guard control(EPOLL_CTL_ADD, watched, interest, token) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }

    /// Changes what is watched.
    borrowing func change(_ watched: Int32, interest: UInt32, token: UInt64) {
        let result = control(EPOLL_CTL_MOD, watched, interest, token)
        assert(result == 0, "changed a descriptor that is not watched")
    }

    /// Ends watching; a descriptor that is closed already is no error.
    borrowing func remove(_ watched: Int32) { _ = control(EPOLL_CTL_DEL, watched, 0, 0) }

    private borrowing func control(
        _ operation: Int32, _ watched: Int32, _ interest: UInt32, _ token: UInt64
    ) -> Int32 {
        var event = unsafe epoll_event()
        unsafe event.events = interest
        unsafe event.data.u64 = token
        return unsafe epoll_ctl(descriptor, operation, watched, &event)
    }

    /// Waits for events, `timeout` in milliseconds or -1 for as long as it takes; returns how many.
    borrowing func wait(timeout: Int32) -> Int {
        let count = unsafe epoll_wait(descriptor, events, Int32(Self.batchSize), timeout)
        // The only failure that a correct program sees is EINTR, which is a turn without events.
        return Int(max(count, 0))
    }

    /// The event at `index` of the last batch.
    borrowing func event(_ index: Int) -> (token: UInt64, bits: UInt32) {
        precondition(index >= 0 && index < Self.batchSize)
        return unsafe (events[index].data.u64, events[index].events)
    }
}
