import Testing
import WeirBase
import WeirRuntime

struct BufferPoolTests {
    let pool = BufferPool()

    @Test func givesOutWhatItGotBack() {
        let buffer = pool.take()
        #expect(buffer.capacity == BufferPool.standardSize)
        #expect(pool.takeLarge().capacity == BufferPool.largeSize)
        #expect(pool.outstanding == 2)
        buffer.append(1)
        pool.give(buffer)
        #expect(pool.outstanding == 1)
        let again = pool.take()
        #expect(again === buffer)
        #expect(again.isEmpty)
    }

    @Test func freesAGrownBuffer() {
        let buffer = pool.take()
        buffer.reserve(BufferPool.standardSize + 1)
        pool.give(buffer)
        #expect(pool.idle == 0)
        #expect(pool.outstanding == 0)
    }

    @Test func keepsABoundedStock() {
        let buffers = (0..<300).map { _ in pool.take() } + (0..<100).map { _ in pool.takeLarge() }
        for buffer in buffers { pool.give(buffer) }
        #expect(pool.outstanding == 0)
        #expect(pool.idle == 256 + 32)
    }

    @Test func shrinksToWhatIsUsed() {
        let buffers = (0..<100).map { _ in pool.take() }
        for buffer in buffers { pool.give(buffer) }
        pool.trim()  // all were in use since the start
        #expect(pool.idle >= 50)
        for _ in 0..<20 {
            let busy = (0..<10).map { _ in pool.take() }
            for buffer in busy { pool.give(buffer) }
            pool.trim()
        }
        #expect(pool.idle >= 10 && pool.idle <= 12)
        for _ in 0..<20 { pool.trim() }
        #expect(pool.idle <= 4)
    }
}
