import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import FaultFilter

@Suite struct DelayTests {
    /// The waits of so many requests, in milliseconds, in order of length.
    private func waits(_ delay: TestConfiguration, _ count: Int = 4000) throws -> [Double] {
        let test = try FilterTest(Fault.self, ["delay": delay, "seed": 7])
        return try (0..<count).map { _ in
            Double(try test.exchange().pausedFor.nanoseconds) / 1e6
        }.sorted()
    }

    private func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    @Test func fixedIsWhatItSays() throws {
        #expect(Set(try waits(["fixed": "70ms"], 100)) == [70])
    }

    @Test func uniformFillsItsRange() throws {
        let waits = try waits(["uniform": ["min": "100ms", "max": "300ms"]])
        // The mean's standard deviation is 200 / √12 / √4000 = 0.91 ms.
        #expect(abs(mean(waits) - 200) < 6)
        #expect(waits[0] >= 100 && waits[0] < 102)
        #expect(waits[3999] < 300 && waits[3999] > 298)
        #expect(abs(waits[1000] - 150) < 10 && abs(waits[3000] - 250) < 10)
    }

    @Test func exponentialHasItsMeanAndItsMost() throws {
        let waits = try waits(["exponential": ["mean": "100ms", "max": "500ms"]])
        // What is above the most becomes the most: the mean is 100 × (1 - e⁻⁵); its standard
        // deviation is below 100 / √4000 = 1.6 ms.
        #expect(abs(mean(waits) - 99.3) < 8)
        #expect(abs(waits[2000] - 69.3) < 7)
        #expect(waits[3999] == 500)
        let atMost = waits.count { $0 == 500 }
        #expect((5...55).contains(atMost))
    }

    @Test func percentilesAreMet() throws {
        let waits = try waits(["percentiles": ["p50": "10ms", "p90": "80ms", "p99": "1s"]])
        func share(upTo limit: Double) -> Double {
            Double(waits.count { $0 <= limit }) / 4000
        }
        #expect(abs(share(upTo: 10) - 0.5) < 0.05)
        #expect(abs(share(upTo: 80) - 0.9) < 0.03)
        // Half-way between two points in share is half-way in length.
        #expect(abs(share(upTo: 45) - 0.7) < 0.05)
        #expect(waits[3999] == 1000)
    }

    @Test func tablesMayBeginAboveNothing() {
        let table = DelayDistribution.table([
            .init(share: 0, length: .milliseconds(5)), .init(share: 1, length: .milliseconds(15)),
        ])
        #expect(table.length(at: 0) == .milliseconds(5))
        #expect(table.length(at: 0.5) == .milliseconds(10))
        let step = DelayDistribution.table([
            .init(share: 0, length: .zero), .init(share: 0.5, length: .zero),
            .init(share: 0.9, length: .seconds(1)),
        ])
        #expect(step.length(at: 0.49) == .zero)
        #expect(step.length(at: 0.7) == .milliseconds(500))
        #expect(step.length(at: 0.95) == .seconds(1))
    }

    /// A wait of no length is none: nothing is counted, and the stream is not stopped.
    @Test func aDelayOfNothingIsNone() throws {
        let services = TestServices()
        let test = try FilterTest(
            Fault.self, ["delay": ["percentiles": ["p50": "0s", "p51": "1ms"]], "seed": 1],
            services: services)
        var free = 0
        for _ in 0..<200 where try test.exchange().pausedFor == .zero { free += 1 }
        #expect((70...130).contains(free))
        #expect(
            services.count(#"weir_fault_injected_total{experiment="",kind="delay"}"#) == 200 - free)
    }
}
