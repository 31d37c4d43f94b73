import FaultFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct ResponseFaultTests {
    private static let body = ByteString((0..<2000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    private let splits: [Delivery.Split] = [
        .whole, .bytes, .lateEnd, .at(1), .at(999), .at(1000), .at(1001), .at(1999),
    ]

    private func exchange(
        _ configuration: TestConfiguration, _ split: Delivery.Split = .whole,
        _ body: ByteString? = ResponseFaultTests.body, services: TestServices = TestServices()
    ) throws -> TestResult {
        try FilterTest(Fault.self, configuration, services: services).exchange(
            delivery: Delivery(response: split)
        ) { _ in TestResponse(body: body, trailers: body == nil ? nil : ["x-t": "1"]) }
    }

    // MARK: Throttle

    @Test func theRateIsKept() throws {
        for split in splits {
            let result = try exchange(["throttle": ["rate": 1000]], split)
            #expect(result.response?.body == Self.body)
            #expect(result.response?.trailers == ["x-t": "1"])
            // The last slice has gone when the one before it is paid for, and the first one is a
            // credit: 2000 bytes at 1000 a second, in slices of 50.
            let took = result.outcome.duration.microseconds
            #expect((1_850_000...2_000_000).contains(took), "\(split): \(took)")
        }
    }

    @Test func slicesAreSmall() throws {
        let test = try FilterTest([
            TestFilter("watcher", [.responseBody]) { Passing() },
            TestFilter(Fault.self, ["throttle": ["rate": 1000]]),
        ])
        let exchange = test.begin { _ in TestResponse(body: Self.body) }
        func passed() -> Int {
            exchange.result.calls.filter { $0.filter == "watcher" }.reduce(0) { $0 + $1.byteCount }
        }
        exchange.turn()
        #expect(passed() <= 100)
        exchange.advance(by: .milliseconds(500))
        #expect((500...600).contains(passed()))
        exchange.advance(by: .milliseconds(500))
        #expect((1000...1100).contains(passed()))
        #expect(
            exchange.result.calls.filter { $0.filter == "watcher" }
                .allSatisfy { $0.byteCount <= 50 })
        exchange.reset()
        try exchange.checkRules()
    }

    /// What is slower than the rate by itself is not slowed down any more.
    @Test func aSlowSourceIsNotSlowedDown() throws {
        var delivery = Delivery(response: .bytes)
        delivery.gap = .milliseconds(10)
        let test = try FilterTest(Fault.self, ["throttle": ["rate": 1000]])
        let result = try test.exchange(delivery: delivery) { _ in TestResponse(body: "0123456789") }
        #expect(result.outcome.duration == .milliseconds(100))
        #expect(result.pausedFor == .zero)
    }

    @Test func aVeryLowRateMovesByteByByte() throws {
        let result = try FilterTest(Fault.self, ["throttle": ["rate": 2]]).exchange { _ in
            TestResponse(body: "01234")
        }
        #expect(result.response?.body == "01234")
        #expect(result.outcome.duration >= .milliseconds(1900))
        #expect(result.outcome.duration <= .milliseconds(2000))
    }

    @Test func everyDeliveryOfAThrottledResponseComesToTheSame() throws {
        let result = try FilterTest(Fault.self, ["throttle": ["rate": "1KiB"]]).everySplit(
            TestRequest("POST", body: "abc")
        ) { _ in TestResponse(body: "0123456789", trailers: ["x-t": "1"]) }
        #expect(result.response?.body == "0123456789")
        #expect(result.isComplete)
    }

    // MARK: Truncate

    @Test func aTruncatedResponseEndsWhereItShould() throws {
        for split in splits {
            let services = TestServices()
            let result = try exchange(["truncate": ["after": 1000]], split, services: services)
            #expect(result.response?.body == ByteString(Array(Self.body.storage[..<1000])))
            #expect(!result.isComplete && result.cause == "fault_truncated")
            #expect(
                services.count(#"weir_fault_injected_total{experiment="",kind="truncate"}"#) == 1)
            #expect(services.gauge(#"weir_fault_in_flight{experiment=""}"#) == 0)
        }
    }

    @Test func aBodyThatIsNoLongerIsLeftAlone() throws {
        for split in splits {
            let services = TestServices()
            let result = try exchange(["truncate": ["after": 2000]], split, services: services)
            #expect(result.response?.body == Self.body && result.isComplete)
            #expect(
                services.count(#"weir_fault_injected_total{experiment="",kind="truncate"}"#) == 0)
        }
        #expect(try exchange(["truncate": ["after": 0]], .whole, nil).isComplete)
    }

    @Test func theHeadAloneMayGetThrough() throws {
        let result = try exchange(["truncate": ["after": 0, "connection": "reset"]])
        #expect(result.response?.status == 200)
        #expect(result.response?.body ?? "" == "")
        #expect(result.cause == "fault_truncated")
    }

    // MARK: Corrupt

    @Test func bytesChangeAndTheirNumberDoesNot() throws {
        var seen: Set<ByteString> = []
        for split in splits {
            let result = try exchange(["corrupt": ["bytes": "5%"], "seed": 3], split)
            let body = try #require(result.response?.body)
            #expect(body.count == Self.body.count && result.isComplete)
            let changed = zip(body.storage, Self.body.storage).count { $0 != $1 }
            // 100 in the mean, with a standard deviation of 9.7.
            #expect((50...150).contains(changed))
            seen.insert(body)
        }
        // Which bytes it is does not depend on the pieces.
        #expect(seen.count == 1)
    }

    @Test func allBytesMayChange() throws {
        let result = try exchange(["corrupt": ["bytes": "100%"]])
        let body = try #require(result.response?.body)
        #expect(zip(body.storage, Self.body.storage).allSatisfy { $0 != $1 })
    }

    @Test func fewBytesMayChange() throws {
        var changed = 0
        let test = try FilterTest(Fault.self, ["corrupt": ["bytes": "0.01%"], "seed": 1])
        for _ in 0..<500 {
            let result = try test.exchange { _ in TestResponse(body: Self.body) }
            let body = try #require(result.response?.body)
            changed += zip(body.storage, Self.body.storage).count { $0 != $1 }
        }
        // Of a million bytes 100, with a standard deviation of 10.
        #expect((50...150).contains(changed))
    }

    @Test(arguments: ["0.00000000000001%", "0.000000000000000000000000000001%", "1e-300%"])
    func hardlyAnyBytesMayChange(share: String) throws {
        for seed in 1...20 {
            let configuration: TestConfiguration = [
                "corrupt": ["bytes": .text(share)], "seed": .integer(seed),
            ]
            #expect(try exchange(configuration).response?.body == Self.body)
        }
    }

    // MARK: Together

    @Test func faultsOfAResponseGoTogether() throws {
        for split in splits {
            let result = try exchange(
                [
                    "throttle": ["rate": 10_000], "truncate": ["after": 1500],
                    "corrupt": ["bytes": "100%"], "delay": ["fixed": "1s"],
                ], split)
            #expect(result.response?.body?.count == 1500)
            #expect(result.cause == "fault_truncated")
            #expect(result.outcome.duration > .milliseconds(1100))
        }
    }

    @Test func sharesOfResponsesAreDrawn() throws {
        let test = try FilterTest(
            Fault.self,
            [
                "truncate": ["after": 1, "percentage": "25%"], "seed": 1,
                "corrupt": ["bytes": "100%", "percentage": "50%"],
            ])
        var truncated = 0
        var corrupted = 0
        for _ in 0..<1000 {
            let result = try test.exchange { _ in TestResponse(body: "abc") }
            if !result.isComplete { truncated += 1 }
            if result.response?.body?.storage.first != UInt8(ascii: "a") { corrupted += 1 }
        }
        // Seven standard deviations either way.
        #expect((154...346).contains(truncated))
        #expect((389...611).contains(corrupted))
    }

    @Test func anAbortLeavesTheResponseAlone() throws {
        let result = try exchange([
            "abort": ["status": 503, "body": "no"], "truncate": ["after": 0],
        ])
        #expect(result.response?.body == "no" && result.isComplete)
    }
}

/// Lets everything pass.
final class Passing: HTTPFilter {}
