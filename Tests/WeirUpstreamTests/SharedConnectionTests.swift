import Testing
import WeirBase
import WeirConnection
import WeirFilter
import WeirRuntime
import WeirUpstream

/// Connections that carry several requests at a time.
@Suite struct SharedConnectionTests {
    static func cluster(
        endpoints: Int = 1, room: Int = 4, policy: (inout ClusterPolicy) -> Void = { _ in }
    ) throws -> TestCluster {
        try TestCluster(endpoints: endpoints, codecs: [LineCodec(room: room)], policy: policy)
    }

    @Test func requestsShareAConnection() throws {
        let test = try Self.cluster()
        let receivers = test.acquire(3)
        #expect(test.cluster.pendingCount == 3 && test.cluster.open == 1)
        #expect(receivers.allSatisfy { $0.chosen.count == 1 })
        test.run { receivers.allSatisfy(\.isReady) }
        let peer = test.endpoint.peers[0]
        test.run { peer.received == "ask 1 /1\nask 2 /2\nask 3 /3\n" }
        #expect(test.cluster.active == 3 && test.cluster.streams == 3)
        #expect(test.cluster.sharedConnections == 1 && test.cluster.pendingCount == 0)
        // They end in any order.
        peer.send("head 3 203\nhead 1 201\nbody 1 one\nend 1\nbody 3 three\nend 3\nreset 2\n")
        test.run { receivers[1].failure != nil }
        #expect(receivers.map(\.status) == [201, nil, 203])
        #expect(receivers.map(\.body) == ["one", "", "three"])
        #expect(receivers.map(\.isComplete) == [true, false, true])
        #expect(test.cluster.active == 0 && test.cluster.streams == 0 && test.cluster.idle == 1)
        // The next one is ready at once.
        #expect(test.acquire().isReady && test.cluster.counters.reused == 1)
        #expect(test.endpoint.peers.count == 1)
    }

    @Test func aFullConnectionIsWaitedFor() throws {
        let test = try Self.cluster(room: 2)
        let receivers = test.acquire(5)
        test.run { receivers.count { $0.isReady } == 2 }
        test.settle()
        #expect(receivers.map(\.isReady) == [true, true, false, false, false])
        #expect(test.cluster.pendingCount == 3 && test.cluster.open == 1)
        // Places go to those who have waited longest.
        test.endpoint.peers[0].send("end 1\n")
        test.run { receivers[2].isReady }
        #expect(!receivers[3].isReady)
        receivers[1].cancel()
        test.run { receivers[3].isReady }
        #expect(!receivers[4].isReady && test.cluster.streams == 2)
        // A request that comes now does not overtake.
        let late = test.acquire("late")
        test.endpoint.peers[0].send("room 3\n")
        test.run { receivers[4].isReady }
        #expect(!late.isReady && test.cluster.pendingCount == 1)
        test.endpoint.peers[0].send("room 4\n")
        test.run { late.isReady }
    }

    @Test func nobodyOvertakesWithinATurn() throws {
        let test = try Self.cluster(room: 1)
        let first = test.acquire("first")
        test.run { first.isReady }
        let second = test.acquire("second")
        // The place is free, and not given to the second yet.
        first.cancel()
        let third = test.acquire("third")
        #expect(!second.isReady && !third.isReady)
        test.run { second.isReady }
        #expect(!third.isReady)
    }

    @Test func anotherConnectionIsMadeWhenAllAreFull() throws {
        let test = try Self.cluster(room: 2) { $0.sharedConnections = 3 }
        let receivers = test.acquire(7)
        test.run { receivers.count { $0.isReady } == 6 }
        test.settle()
        #expect(test.endpoint.peers.count == 3 && test.cluster.open == 3)
        #expect(receivers.map(\.isReady) == [true, true, true, true, true, true, false])
        test.endpoint.peers[2].send("end 1\n")
        test.run { receivers[6].isReady }
        #expect(test.endpoint.peers.count == 3)
    }

    @Test func connectionsOfTheClusterAreBounded() throws {
        let test = try Self.cluster(endpoints: 2, room: 1) { $0.connections = 1 }
        let receivers = test.acquire(2)
        test.run { receivers[0].isReady }
        test.settle()
        #expect(!receivers[1].isReady && test.cluster.open == 1)
        receivers[0].cancel()
        test.run { receivers[1].isReady }
        #expect(test.cluster.open == 1)
    }

    @Test func requestsThatWaitAreBounded() throws {
        let test = try Self.cluster(room: 1) { $0.pending = 2 }
        // One makes the connection, and counts as well.
        let receivers = test.acquire(3)
        #expect(receivers[2].failure == .overflow)
        test.run { receivers[0].isReady }
        let more = test.acquire(2)
        #expect(more.map { $0.failure != nil } == [false, true])
        #expect(test.cluster.counters.overflowed == 2)
    }

    @Test func waitingHasALimit() throws {
        let test = try Self.cluster(room: 1) { $0.pendingTimeout = .milliseconds(20) }
        let receivers = test.acquire(3)
        test.run { receivers[1].failure != nil && receivers[2].failure != nil }
        #expect(receivers[0].isReady && receivers[1].failure == .pendingTimeout)
        #expect(test.cluster.pendingCount == 0)
    }

    @Test func aFullEndpointLeavesRequestsToOthers() throws {
        let test = try Self.cluster(endpoints: 2, room: 1)
        // Turns alternate: the third is meant for the first endpoint, which is full.
        let first = test.acquire(2)
        test.run { first.allSatisfy(\.isReady) }
        test.run { test.endpoints.allSatisfy { !($0.peers.first?.received.isEmpty ?? true) } }
        let other = try #require(test.endpoints.first { $0.peers[0].received == "ask 1 /2\n" })
        other.peers[0].send("end 1\n")
        test.run { first[1].isComplete }
        let third = test.acquire("third")
        #expect(third.isReady)
        test.run { other.peers[0].received.hasSuffix("ask 2 /third\n") }
    }

    @Test func leastRequestCountsStreams() throws {
        let test = try Self.cluster(endpoints: 2, room: 100) { $0.balance = .leastRequest }
        let receivers = test.acquire(10)
        test.run { receivers.allSatisfy(\.isReady) }
        #expect(test.cluster.endpoints.map(\.active) == [5, 5])
        for receiver in receivers { receiver.cancel() }
        #expect(test.cluster.endpoints.map(\.active) == [0, 0])
    }

    @Test func requestsOfAConnectionAreCounted() throws {
        let test = try Self.cluster(room: 10) { $0.requestsPerConnection = 2 }
        let receivers = test.acquire(5)
        test.run { receivers.allSatisfy(\.isReady) }
        #expect(test.endpoint.peers.count == 3, "full ones that end do not count")
        for receiver in receivers { receiver.cancel() }
        test.run { test.cluster.open == 1 }
        test.run { test.endpoint.openCount == 1 }
    }

    // MARK: Given up

    @Test func cancelWhileConnecting() throws {
        let test = try Self.cluster()
        let receivers = test.acquire(2)
        for receiver in receivers { test.cluster.forget(receiver) }
        #expect(test.cluster.active == 0 && test.cluster.pendingCount == 0)
        // The connection is made all the same: the next request will want it.
        test.run { test.cluster.idle == 1 }
        #expect(receivers.allSatisfy { !$0.isReady && $0.failure == nil })
        #expect(test.acquire().isReady)
    }

    @Test func cancelWhileWaiting() throws {
        let test = try Self.cluster(room: 1)
        let receivers = test.acquire(4)
        test.run { receivers[0].isReady }
        test.cluster.forget(receivers[1])
        test.cluster.forget(receivers[2])
        #expect(test.cluster.pendingCount == 1)
        receivers[0].cancel()
        test.run { receivers[3].isReady }
        #expect(!receivers[1].isReady && !receivers[2].isReady)
    }

    // MARK: Time

    @Test func unusedConnectionsAreClosed() throws {
        let test = try Self.cluster(room: 1) {
            $0.idleTimeout = .milliseconds(30)
            $0.sharedConnections = 2
        }
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy(\.isReady) }
        receivers[1].cancel()
        test.run { test.endpoint.openCount == 1 }
        #expect(test.cluster.open == 1 && receivers[0].failure == nil)
        receivers[0].cancel()
        test.run { test.endpoint.openCount == 0 }
        #expect(test.cluster.open == 0 && test.cluster.sharedConnections == 0)
        #expect(test.failures.causes.isEmpty)
    }

    @Test func aConnectionThatTakesNoStreamsFails() throws {
        let test = try Self.cluster(room: 0) { $0.connectTimeout = .milliseconds(20) }
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy { $0.failure != nil } }
        #expect(receivers.allSatisfy { $0.cause == "upstream_handshake_timeout" })
        ConnectingTests.expectNothingLeft(test)
    }

    @Test func roomMayComeLater() throws {
        let test = try Self.cluster(room: 0)
        let receivers = test.acquire(3)
        test.run { !test.endpoint.peers.isEmpty }
        test.settle()
        #expect(test.cluster.pendingCount == 3 && test.cluster.open == 1)
        test.endpoint.peers[0].send("room 2\n")
        test.run { receivers[1].isReady }
        #expect(receivers[0].isReady && !receivers[2].isReady)
        test.endpoint.peers[0].send("room 3\n")
        test.run { receivers[2].isReady }
    }
}
