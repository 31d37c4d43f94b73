import IpAccessFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct IpAccessTests {
    private func admits(_ client: String?, _ configuration: TestConfiguration) throws -> Bool {
        let test = try FilterTest(IpAccess.self, configuration)
        var request = TestRequest()
        request.client = try client.map { try #require(IPAddress($0)) }
        let result = try test.exchange(request)
        if result.response?.status == 200 { return true }
        #expect(result.response?.status == 403)
        #expect(result.cause == "ip_denied")
        #expect(result.upstreamRequest == nil)
        return false
    }

    @Test func aDenyListKeepsOnlyItsNetworksOut() throws {
        let configuration: TestConfiguration = ["deny": ["10.0.0.0/8", "2001:db8::/32"]]
        #expect(try !admits("10.0.0.0", configuration))
        #expect(try !admits("10.255.255.255", configuration))
        #expect(try admits("9.255.255.255", configuration))
        #expect(try admits("11.0.0.0", configuration))
        #expect(try !admits("2001:db8:ffff::1", configuration))
        #expect(try admits("2001:db9::", configuration))
    }

    @Test func anAllowListKeepsAllOthersOut() throws {
        let configuration: TestConfiguration = ["allow": ["192.0.2.7", "::1"]]
        #expect(try admits("192.0.2.7", configuration))
        #expect(try !admits("192.0.2.6", configuration))
        #expect(try !admits("192.0.2.8", configuration))
        #expect(try admits("::1", configuration))
        #expect(try !admits("::2", configuration))
    }

    @Test func denyIsStrongerThanAllow() throws {
        let configuration: TestConfiguration = [
            "allow": ["10.0.0.0/8"], "deny": ["10.1.0.0/16"],
        ]
        #expect(try admits("10.0.0.1", configuration))
        #expect(try !admits("10.1.0.1", configuration))
        #expect(try !admits("192.0.2.1", configuration))
        #expect(try !admits("10.1.0.1", ["allow": ["10.1.0.1"], "deny": ["10.1.0.1"]]))
    }

    @Test func mappedAddressesAreIPv4() throws {
        #expect(try !admits("::ffff:10.0.0.1", ["deny": ["10.0.0.0/8"]]))
        // All of IPv6 does not mean IPv4.
        #expect(try admits("10.0.0.1", ["deny": ["::/0"]]))
        #expect(try !admits("2001:db8::1", ["deny": ["::/0"]]))
        #expect(try !admits("255.255.255.255", ["deny": ["0.0.0.0/0"]]))
    }

    @Test func emptyListsSayWhatTheySay() throws {
        #expect(try admits("192.0.2.1", ["deny": []]))
        #expect(try !admits("192.0.2.1", ["allow": []]))
    }

    @Test func clientsWithoutAnAddress() throws {
        #expect(try admits(nil, ["deny": ["0.0.0.0/0", "::/0"]]))
        #expect(try !admits(nil, ["allow": ["0.0.0.0/0", "::/0"]]))
        #expect(try !admits(nil, ["deny": [], "unix-clients": "deny"]))
        #expect(try admits(nil, ["allow": ["::1"], "unix-clients": "allow"]))
        #expect(try admits(nil, ["deny": [], "unix-clients": "unlisted"]))
    }

    @Test func everyDeliveryComesToTheSame() throws {
        var request = TestRequest("POST", headers: ["x-a": "1"], body: "abc")
        request.client = IPAddress("10.0.0.1")
        let allowed = try FilterTest(IpAccess.self, ["allow": ["10.0.0.0/8"]])
        #expect(try allowed.everySplit(request).isRequestComplete)
        let denied = try FilterTest(IpAccess.self, ["deny": ["10.0.0.0/8"]])
        #expect(try denied.everySplit(request).verdicts(of: "ip-access") == [.respond: 1])
    }

    /// Overlapping, touching and nested networks against a plain search.
    @Test func tablesAgreeWithAPlainSearch() throws {
        let random = SeededRandom(seed: 7)
        // Few bits that differ, so that networks overlap, touch and are hit.
        func address(v4: Bool, prefix: Int = 128) -> IPAddress {
            let top = random.next() << 52
            let bits = top | random.next() & 3 << 32
            let kept = prefix >= 64 ? bits : bits & ~(UInt64.max >> UInt64(prefix))
            return v4 ? IPAddress(v4: UInt32(kept >> 32)) : IPAddress(v6: kept, 0)
        }
        var networks: [IPNetwork] = []
        while networks.count < 200 {
            let isV4 = networks.count % 2 == 0
            let prefix = 4 + Int(random.next() % (isV4 ? 29 : 125))
            let base = address(v4: isV4, prefix: min(prefix, isV4 ? 32 : 128))
            networks.append(try #require(IPNetwork("\(base)/\(prefix)")))
        }
        let list = TestConfiguration.list(networks.map { .text($0.description) })
        let test = try FilterTest(IpAccess.self, ["deny": list])
        var hits = 0
        for index in 0..<4000 {
            var request = TestRequest()
            request.client = address(v4: index % 2 == 0)
            let denied = try test.exchange(request).response?.status == 403
            let client = try #require(request.client)
            #expect(denied == networks.contains { $0.contains(client) }, "\(client)")
            if denied { hits += 1 }
        }
        #expect(hits > 100 && hits < 3900)
    }

    @Test func tenThousandNetworksAreFewSteps() throws {
        // Every second address, so that nothing can be merged.
        let list = TestConfiguration.list(
            (0..<10_000).map { .text("10.0.\($0 / 128).\($0 % 128 * 2)") })
        let test = try FilterTest(IpAccess.self, ["allow": list])
        let time = try ContinuousClock().measure {
            for index in 0..<1000 {
                var request = TestRequest()
                request.client = IPAddress("10.0.\(index % 78).\(index % 256)")
                let isListed = index % 256 % 2 == 0
                let status = try test.exchange(request).response?.status
                #expect(status == (isListed ? 200 : 403))
            }
        }
        #expect(time < .seconds(5))
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(IpAccess.self, configuration).configurationError
        }
        #expect(error(nil)?.message == "expected `allow` or `deny`")
        #expect(error(["unix-clients": "deny"])?.path == [])
        #expect(error(["allow": ["10.0.0.0/8", "10.0.0.0/33"]])?.path == ["allow", "1"])
        #expect(error(["deny": ["example.com"]])?.message.contains("found `example.com`") == true)
        #expect(error(["deny": ["10.0.0.1/8"]])?.message.contains("bits set after") == true)
        #expect(error(["deny": ["10.0.0.0/"]])?.message.contains("expected a network") == true)
        #expect(error(["deny": "10.0.0.0/8"])?.path == ["deny"])
        #expect(error(["deny": [], "unix-clients": "some"])?.path == ["unix-clients"])
        #expect(error(["denny": []])?.path == ["denny"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(IpAccess.self, ["deny": []]).documentationErrors() == [])
    }
}
