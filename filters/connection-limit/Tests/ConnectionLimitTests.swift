import Foundation
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ConnectionLimitFilter

@Suite struct ConnectionLimitTests {
    /// A socket that nobody may touch: the filter decides before a byte is read.
    private final class Untouched: Transport {
        func read(into buffer: ByteBuffer) -> IOResult {
            Issue.record("the filter has read")
            return .closed(errno: 0)
        }
        func write(_ first: Span<UInt8>, _ second: Span<UInt8>) -> IOResult {
            Issue.record("the filter has written")
            return .closed(errno: 0)
        }
        func shutdownWrite() { Issue.record("the filter has ended the stream") }
        func close() { Issue.record("the filter has closed the socket") }
    }

    private func factory(
        _ configuration: TestConfiguration, _ services: TestServices = TestServices()
    ) throws -> ConnectionLimit {
        let factory = try ConnectionLimit(
            TestFilter.decode(ConnectionLimit.Configuration.self, from: configuration))
        try factory.validate(for: .downstream)
        try factory.provision(services)
        return factory
    }

    /// The place that a connection was given, or the cause of the refusal.
    private func ask(
        _ factory: ConnectionLimit, _ address: String?, listener: String = "edge",
        at now: Int64 = 0
    ) -> (place: AnyObject?, cause: String) {
        let peer = address.flatMap { IPAddress($0) }.map { SocketAddress.ip($0, port: 40_000) }
        let connection = AcceptedConnection(
            transport: Untouched(), peer: peer, listener: listener, protocols: [])
        switch factory.accept(connection, at: now) {
        case .accept: return (nil, "accepted")
        case .acceptHolding(let place): return (place, "")
        case .refuse(let cause): return (nil, cause.description)
        case .wrap: return (nil, "wrapped")
        }
    }

    @Test func boundsEachClient() throws {
        let services = TestServices()
        let limit = try factory(["per-client": 2], services)
        let first = ask(limit, "192.0.2.1").place
        var second = ask(limit, "192.0.2.1").place
        #expect(first != nil && second != nil)
        #expect(ask(limit, "192.0.2.1").cause == "connection_limit_client")
        #expect(ask(limit, "192.0.2.2").place != nil)
        #expect(ask(limit, "192.0.2.1", listener: "other").place != nil)
        #expect(services.count("weir_connection_limit_refused_total{limit=\"client\"}") == 1)
        second = nil
        #expect(ask(limit, "192.0.2.1").place != nil)
        #expect(second == nil)
    }

    @Test func boundsTheListener() throws {
        let services = TestServices()
        let limit = try factory(["per-listener": 3, "per-client": 2], services)
        var places: [AnyObject?] = []
        for last in 1...3 { places.append(ask(limit, "192.0.2.\(last)").place) }
        #expect(ask(limit, "192.0.2.9").cause == "connection_limit_listener")
        // A client on a Unix socket has no address, and takes a place all the same.
        #expect(ask(limit, nil).cause == "connection_limit_listener")
        places.removeLast()
        #expect(ask(limit, nil).place != nil)
        #expect(services.count("weir_connection_limit_refused_total{limit=\"listener\"}") == 2)
        // What one limit refuses takes no place under the other.
        #expect(ask(limit, "192.0.2.1").place != nil)
        #expect(places.count == 2)
    }

    @Test func clientsOfIPv6AreNetworks() throws {
        let limit = try factory(["per-client": 1])
        let first = ask(limit, "2001:db8:1:2::1").place
        #expect(ask(limit, "2001:db8:1:2:ffff::9").cause == "connection_limit_client")
        #expect(ask(limit, "2001:db8:1:3::1").place != nil)
        let whole = try factory(["per-client": 1, "ipv6-prefix": 128])
        let other = ask(whole, "2001:db8:1:2::1").place
        #expect(ask(whole, "2001:db8:1:2::2").place != nil)
        let wide = try factory(["per-client": 1, "ipv6-prefix": 48])
        let third = ask(wide, "2001:db8:1:2::1").place
        #expect(ask(wide, "2001:db8:1:3::1").cause == "connection_limit_client")
        #expect(ask(wide, "2001:db8:2::1").place != nil)
        #expect(ask(wide, "::ffff:192.0.2.1").place != nil)
        withExtendedLifetime((first, other, third)) {}
    }

    @Test func exemptClientsAreNotCounted() throws {
        let limit = try factory(
            ["per-listener": 1, "per-client": 1, "exempt": ["10.0.0.0/8", "fd00::/8"]])
        let place = ask(limit, "192.0.2.1").place
        for _ in 0..<5 { #expect(ask(limit, "10.1.2.3").cause == "accepted") }
        #expect(ask(limit, "fd00::1").cause == "accepted")
        #expect(ask(limit, "192.0.2.2").cause == "connection_limit_listener")
        withExtendedLifetime(place) {}
    }

    @Test func boundsTheRateOfNewConnections() throws {
        let services = TestServices()
        let limit = try factory(["rate": ["connections": 2, "per": "second"]], services)
        let second: Int64 = 1_000_000_000
        for _ in 0..<2 { #expect(ask(limit, "192.0.2.1", at: 5 * second).place != nil) }
        #expect(ask(limit, "192.0.2.1", at: 5 * second).cause == "connection_limit_rate")
        #expect(ask(limit, "192.0.2.2", at: 5 * second).place != nil)
        #expect(ask(limit, "192.0.2.1", at: 5 * second + second / 2 - 1).place == nil)
        #expect(ask(limit, "192.0.2.1", at: 5 * second + second / 2).place != nil)
        #expect(services.count("weir_connection_limit_refused_total{limit=\"rate\"}") == 2)
        let burst = try factory(["rate": ["connections": 1, "per": "1m", "burst": 5]])
        for _ in 0..<5 { #expect(ask(burst, "192.0.2.1").place != nil) }
        #expect(ask(burst, "192.0.2.1").place == nil)
    }

    /// An hour of one client that never stops trying.
    @Test func theRateIsExact() throws {
        let bound = try #require(
            RateBound(connections: 10, per: .seconds(1), burst: 25, maxClients: 10))
        let rates = ClientRates(bound)
        let client = ClientKey(IPAddress(v4: 1), ipv6Prefix: 64)
        var admitted = 0
        for step in Int64(0)...(3600 * 100) {
            while rates.take(client, at: step * 10_000_000) { admitted += 1 }
        }
        #expect(admitted == 25 + 3600 * 10)
    }

    @Test func ratesAreRememberedForABoundedNumberOfClients() throws {
        let bound = try #require(
            RateBound(connections: 1, per: .seconds(3600), burst: 2, maxClients: 1000))
        let rates = ClientRates(bound)
        let spent = ClientKey(IPAddress(v4: 0xFFFF_FFFF), ipv6Prefix: 64)
        #expect(rates.take(spent, at: 0) && rates.take(spent, at: 0))
        for address in 0..<UInt32(20_000) {
            #expect(rates.take(ClientKey(IPAddress(v4: address), ipv6Prefix: 64), at: 0))
        }
        #expect(rates.count <= 1024)
        #expect(!rates.take(spent, at: 0), "who has spent most is forgotten last")
    }

    /// Threads that connect and leave, over and over: never more than the bound, and in the end
    /// every place is free again.
    @Test func isExactOverThreads() throws {
        let registry = PlaceRegistry()
        let bounds = Bounds(perListener: 60, perClient: 7, rate: nil)
        let places = registry.places(of: "edge")
        let admitted = Atomic<Int>(0)
        let group = DispatchGroup()
        for thread in 0..<4 {
            group.enter()
            Thread.detachNewThread {
                var held: [Place] = []
                for round in 0..<20_000 {
                    let client = ClientKey(
                        IPAddress(v4: UInt32((thread + round) % 12)), ipv6Prefix: 64)
                    if case .place(let place) = registry.take(at: "edge", client, bounds, at: 0) {
                        held.append(place)
                        admitted.add(1, ordering: .relaxed)
                    }
                    if places.openCount > 60 { Issue.record("more than the bound") }
                    if held.count > 30 || round % 3 == 0 { held.removeAll() }
                }
                held.removeAll()
                group.leave()
            }
        }
        group.wait()
        #expect(admitted.load(ordering: .relaxed) > 1000)
        #expect(places.openCount == 0 && places.clientCount == 0)
    }

    @Test func countsOutliveAConfiguration() throws {
        let services = TestServices()
        var before: ConnectionLimit? = try factory(["per-client": 1], services)
        let place = before.map { ask($0, "192.0.2.1").place }
        let after = try factory(["per-client": 2, "per-listener": 10], services)
        before = nil
        let second = ask(after, "192.0.2.1").place
        #expect(second != nil)
        #expect(ask(after, "192.0.2.1").cause == "connection_limit_client")
        withExtendedLifetime((place, before, second)) {}
    }

    @Test func entriesOfOneListenerCountByThemselves() throws {
        let services = TestServices()
        let listener = try factory(["per-listener": 4], services)
        let clients = try factory(["per-client": 2], services)
        let outsiders = try factory(["per-client": 1, "exempt": ["10.0.0.0/8"]], services)
        let named = try factory(["per-client": 2, "name": "other"], services)
        var places: [AnyObject?] = []
        for entry in [listener, clients, named] {
            for _ in 0..<2 { places.append(ask(entry, "10.0.0.1").place) }
        }
        #expect(places.allSatisfy { $0 != nil })
        #expect(ask(outsiders, "10.0.0.1").cause == "accepted")
        #expect(ask(outsiders, "192.0.2.1").place != nil)
        #expect(ask(clients, "10.0.0.1").cause == "connection_limit_client")
        #expect(ask(named, "10.0.0.1").cause == "connection_limit_client")
        for _ in 0..<2 { places.append(ask(listener, "192.0.2.1").place) }
        #expect(ask(listener, "192.0.2.1").cause == "connection_limit_listener")
        withExtendedLifetime(places) {}
    }

    @Test func entriesRememberTheirOwnRates() throws {
        let services = TestServices()
        let short = try factory(["rate": ["connections": 3, "per": "second"]], services)
        let long = try factory(["rate": ["connections": 5, "per": "hour"]], services)
        var admitted = (short: 0, long: 0)
        for _ in 0..<10 {
            if ask(short, "192.0.2.1").place != nil { admitted.short += 1 }
            if ask(long, "192.0.2.1").place != nil { admitted.long += 1 }
        }
        #expect(admitted == (3, 5))
    }

    @Test func ratesThatNobodyConfiguresAreForgotten() throws {
        let registry = PlaceRegistry()
        let places = registry.places(of: "edge")
        let bounds = try [1, 2].map { count in
            try #require(
                RateBound(connections: count, per: .seconds(1), burst: count, maxClients: 10))
        }
        let client = ClientKey(IPAddress(v4: 1), ipv6Prefix: 64)
        for rate in bounds {
            registry.addUser(of: rate)
            _ = registry.take(
                at: "edge", client, Bounds(perListener: nil, perClient: nil, rate: rate), at: 0)
        }
        #expect(places.rateCount == 2)
        // A reload that keeps the bound.
        registry.addUser(of: bounds[0])
        for rate in bounds { registry.removeUser(of: rate) }
        #expect(places.rateCount == 1)
        registry.removeUser(of: bounds[0])
        #expect(places.rateCount == 0)
    }

    @Test func configurationIsChecked() throws {
        func path(_ configuration: TestConfiguration) -> [String]? {
            do {
                _ = try ConnectionLimit(
                    TestFilter.decode(ConnectionLimit.Configuration.self, from: configuration))
                return nil
            } catch { return (error as? ConfigurationError)?.path }
        }
        #expect(path([:]) == [])
        #expect(path(["exempt": ["10.0.0.0/8"]]) == [])
        #expect(path(["per-listener": 0]) == ["per-listener"])
        #expect(path(["per-listener": 1, "name": "no spaces"]) == ["name"])
        #expect(path(["per-listener": 1, "name": ""]) == ["name"])
        #expect(path(["per-client": -1]) == ["per-client"])
        #expect(path(["per-client": 1, "ipv6-prefix": 0]) == ["ipv6-prefix"])
        #expect(path(["per-client": 1, "ipv6-prefix": 129]) == ["ipv6-prefix"])
        #expect(
            path(["per-client": 1, "exempt": ["10.0.0.0/8", "10.0.0.1/8"]]) == ["exempt", "1"])
        #expect(path(["rate": ["connections": 0, "per": "second"]]) == ["rate", "connections"])
        #expect(path(["rate": ["connections": 1, "per": "soon"]]) == ["rate", "per"])
        #expect(path(["rate": ["connections": 1, "per": "0s"]]) == ["rate", "per"])
        #expect(path(["rate": ["connections": 1, "per": "1s", "burst": 0]]) == ["rate", "burst"])
        #expect(
            path(["rate": ["connections": 1, "per": "365d", "burst": 20]]) == ["rate", "burst"])
        #expect(
            path(["rate": ["connections": 1, "per": "1s", "max-clients": 0]])
                == ["rate", "max-clients"])
        #expect(path(["rate": ["per": "1s"]]) == ["rate"])
        #expect(path(["per-cleint": 1]) == ["per-cleint"])
        let limit = try ConnectionLimit(
            TestFilter.decode(ConnectionLimit.Configuration.self, from: ["per-client": 1]))
        #expect(throws: ConfigurationError.self) { try limit.validate(for: .upstream) }
    }
}
