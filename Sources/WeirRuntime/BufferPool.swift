internal import CLinux
public import WeirBase

/// A loop's stock of buffers: what the data plane takes and gives back for each burst of bytes.
///
/// A buffer that is given back is the first to be taken again, as it is warm in the cache. Once a
/// second, half of those that lay idle for the whole second are freed, so memory falls after a
/// burst.
public final class BufferPool: TimerTarget {
    /// The capacity of the buffers of `take`, in bytes.
    public static let standardSize = 16 * 1024
    /// The capacity of the buffers of `takeLarge`, in bytes.
    public static let largeSize = 128 * 1024

    static let standardLimit = 256
    static let largeLimit = 32
    static let idleLimit = 4

    private let standard = BufferStock(limit: standardLimit)
    private let large = BufferStock(limit: largeLimit)
    private var taken = 0
    private var freed = 0
    private var isTrimming = false
    private var trimTimer: LoopTimer?
    private unowned var loop: EventLoop?

    /// How many buffers are taken and not yet given back.
    public var outstanding: Int { taken }

    /// How many buffers lie in stock.
    public var idle: Int { standard.count + large.count }

    /// Creates an empty pool. A loop's own pool frees idle buffers as time passes.
    public init() {}

    /// Makes the pool trim itself on a loop.
    func attach(to loop: EventLoop) {
        self.loop = loop
        trimTimer = LoopTimer(self)
    }

    /// An empty buffer of the standard size.
    public func take() -> ByteBuffer {
        taken += 1
        return standard.take() ?? ByteBuffer(capacity: Self.standardSize)
    }

    /// An empty buffer of the large size, for bulk transfer.
    public func takeLarge() -> ByteBuffer {
        taken += 1
        return large.take() ?? ByteBuffer(capacity: Self.largeSize)
    }

    /// Takes a buffer back, whatever it holds; the giver must not use it any more.
    public func give(_ buffer: ByteBuffer) {
        taken -= 1
        switch buffer.capacity {
        case Self.standardSize:
            if standard.give(buffer) > Self.idleLimit && !isTrimming { startTrimming() }
        case Self.largeSize:
            if large.give(buffer) > 0 && !isTrimming { startTrimming() }
        default: break  // it has grown, and would keep its memory for a rare need
        }
    }

    private func startTrimming() {
        guard let loop, let trimTimer else { return }
        isTrimming = true
        trimTimer.arm(on: loop, at: loop.now + .seconds(1))
    }

    /// Frees half of the buffers that lay idle since the last call.
    package func trim() {
        freed += standard.trim(keep: Self.idleLimit) * Self.standardSize
        freed += large.trim(keep: 0) * Self.largeSize
    }

    /// Trims, and once the stock has settled has the allocator return what was freed.
    public func timerFired(_ timer: LoopTimer) {
        let before = idle
        trim()
        isTrimming = false
        if standard.count > Self.idleLimit || large.count > 0 { startTrimming() }
        if idle == before && freed >= 1 << 20 || idle <= Self.idleLimit && freed >= 1 << 18 {
            freed = 0
            malloc_trim(0)
        }
    }
}
