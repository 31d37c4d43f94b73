import CLinux
import Testing

@testable import WeirRuntime

struct SystemLimitsTests {
    @Test func countsProcessors() {
        #expect(cpuCount() >= 1)
        #expect(cpuCount() <= Int(weir_usable_processors()))
    }

    @Test func raisesTheDescriptorLimit() {
        let limit = raiseDescriptorLimit()
        #expect(limit >= 256)
        #expect(raiseDescriptorLimit() == limit)
    }

    @Test(arguments: [
        ("max 100000\n", nil), ("150000 100000\n", 2), ("100000 100000", 1), ("1000 100000", 1),
        ("-1\n 100000\n", nil), ("", nil), ("x y", nil), ("800000 0", nil),
    ])
    func readsAQuota(text: String, processors: Int?) {
        #expect(ProcessorQuota.version2(text) == processors)
    }

    @Test func findsTheGroupsAbove() {
        #expect(ProcessorQuota.paths("0::/a/b\n") == ["/a/b", "/a", ""])
        #expect(ProcessorQuota.paths("1:cpu:/x\n0::/\n") == [""])
        #expect(ProcessorQuota.paths("1:cpu:/x\n") == [""])
    }

    @Test func threadsHaveANameAndBlockSignals() throws {
        nonisolated(unsafe) var name = ""
        nonisolated(unsafe) var isBlocked = false
        let thread = try WorkerThread.start(name: "weir-worker-with-a-long-name", cpu: 5) {
            unsafe name = readFile("/proc/thread-self/comm") ?? ""
            var set = sigset_t()
            unsafe pthread_sigmask(SIG_BLOCK, nil, &set)
            unsafe isBlocked = sigismember(&set, SIGTERM) == 1
        }
        thread.join()
        thread.join()
        #expect(unsafe name == "weir-worker-wit\n")
        #expect(unsafe isBlocked)
    }
}
