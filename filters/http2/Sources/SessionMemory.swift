internal import CNghttp2
internal import Glibc
internal import Synchronization

/// Where the library's two large blocks of a session lie: the buffer in which it packs frames, and
/// its table of streams. Both are needed only while something happens, but it never gives them
/// back.
///
/// So each session has a few pages of its own, which an idle connection returns to the system: the
/// next use finds zeros there. All other memory of the library comes from `malloc`.
@safe
final class SessionMemory {
    private static let pageSize = 4096
    /// The table of streams, then the frame buffer: 16 KiB and what the library adds.
    private static let tableSize = pageSize
    private static let slotSize = tableSize + 5 * pageSize

    private let slot: UnsafeMutableRawPointer
    private var hasTable = false
    private var hasBuffer = false

    /// Whether the session is being made: its two large blocks are what it asks for then.
    private var isMaking = false

    init() { unsafe slot = Self.slots.withLock { unsafe $0.take() } }

    deinit { Self.slots.withLock { unsafe $0.give(slot) } }

    /// Returns the pages of an idle session to the system.
    ///
    /// The frame buffer holds nothing between frames. The table has to be read as it was, so it is
    /// returned only when all of it is zero, as it is without streams.
    func release() {
        if hasBuffer {
            _ = unsafe madvise(
                slot + Self.tableSize, Self.slotSize - Self.tableSize, MADV_DONTNEED)
        }
        let words = unsafe UnsafeRawBufferPointer(start: slot, count: Self.tableSize)
            .bindMemory(to: UInt64.self)
        if hasTable, unsafe words.allSatisfy({ $0 == 0 }) {
            _ = unsafe madvise(slot, Self.tableSize, MADV_DONTNEED)
        }
    }

    // MARK: The library's allocator

    /// Lets `body` make a session, which copies the allocator that it is given; it serves the large
    /// blocks from here and lives as long as this object.
    func withAllocator<Result>(_ body: (UnsafeMutablePointer<nghttp2_mem>) -> Result) -> Result {
        var allocator = unsafe nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
            malloc: { count, owner in
                unsafe SessionMemory.with(owner) { unsafe $0.allocate(count) }
            },
            free: { block, owner in
                unsafe SessionMemory.with(owner) { unsafe $0.free(block) }
            },
            calloc: { count, size, owner in
                unsafe SessionMemory.with(owner) { unsafe $0.allocateZeroed(count, size) }
            },
            realloc: { block, count, owner in
                unsafe SessionMemory.with(owner) { unsafe $0.reallocate(block, count) }
            })
        isMaking = true
        defer { isMaking = false }
        return unsafe body(&allocator)
    }

    /// The memory that belongs to a session, which keeps it alive.
    @inline(__always)
    private static func with<Result>(
        _ owner: UnsafeMutableRawPointer?, _ body: (SessionMemory) -> Result
    ) -> Result {
        unsafe Unmanaged<SessionMemory>.fromOpaque(owner.unsafelyUnwrapped)
            ._withUnsafeGuaranteedRef(body)
    }

    private func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
        guard isMaking, !hasBuffer, count > Self.tableSize,
            count <= Self.slotSize - Self.tableSize
        else { return unsafe malloc(count) }
        hasBuffer = true
        return unsafe slot + Self.tableSize
    }

    private func allocateZeroed(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        guard isMaking, !hasTable,
            count.multipliedReportingOverflow(by: size) == (Self.tableSize, false)
        else { return unsafe calloc(count, size) }
        hasTable = true
        return unsafe slot
    }

    private func reallocate(
        _ block: UnsafeMutableRawPointer?, _ count: Int
    ) -> UnsafeMutableRawPointer? {
        guard let block = unsafe block else { return unsafe allocate(count) }
        guard unsafe isOwn(block) else { return unsafe realloc(block, count) }
        let isTable = unsafe block == slot
        let room = isTable ? Self.tableSize : Self.slotSize - Self.tableSize
        if count <= room { return unsafe block }
        guard let larger = unsafe malloc(count) else { return nil }
        unsafe larger.copyMemory(from: block, byteCount: room)
        unsafe free(block)
        return unsafe larger
    }

    private func free(_ block: UnsafeMutableRawPointer?) {
        guard let block = unsafe block, unsafe isOwn(block) else {
            return unsafe Glibc.free(block)
        }
        if unsafe block == slot {
            // The next table has to find zeros.
            unsafe slot.initializeMemory(as: UInt8.self, repeating: 0, count: Self.tableSize)
            hasTable = false
        } else {
            hasBuffer = false
        }
    }

    private func isOwn(_ block: UnsafeMutableRawPointer) -> Bool {
        unsafe block >= slot && block < slot + Self.slotSize
    }

    // MARK: Slots

    /// Slots of all sessions of the process; taken and given once in a connection's life.
    private static let slots = Mutex(Slots())

    @safe
    private struct Slots: ~Copyable {
        private var free: [UInt] = []
        private static let perBlock = 64

        /// A slot whose bytes are zero.
        mutating func take() -> UnsafeMutableRawPointer {
            if free.isEmpty { grow() }
            guard let address = free.popLast(),
                let slot = unsafe UnsafeMutableRawPointer(bitPattern: address)
            else { preconditionFailure("out of memory") }
            return unsafe slot
        }

        mutating func give(_ slot: UnsafeMutableRawPointer) {
            // What was touched goes back to the system: few connections need all that many had.
            _ = unsafe madvise(slot, SessionMemory.slotSize, MADV_DONTNEED)
            free.append(UInt(bitPattern: slot))
        }

        private mutating func grow() {
            let size = SessionMemory.slotSize * Self.perBlock
            let block = unsafe mmap(
                nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let block = unsafe block, unsafe block != MAP_FAILED else { return }
            for index in (0..<Self.perBlock).reversed() {
                free.append(UInt(bitPattern: block) + UInt(index * SessionMemory.slotSize))
            }
        }
    }
}
