import Synchronization
import Testing
import WeirBase
import WeirConnection
import WeirFilter
import WeirRuntime
import WeirUpstream

/// How shared connections end: with their peer, their endpoint, their cluster.
@Suite struct SharedEndTests {
    @Test func aDeadConnectionFailsItsStreams() throws {
        let test = try SharedConnectionTests.cluster(room: 2)
        let receivers = test.acquire(4)
        test.run { receivers[1].isReady }
        test.endpoint.peers[0].close()
        test.run { receivers[1].failure != nil }
        #expect(receivers[0].failure == .reset && receivers[1].failure == .reset)
        // Those who wait get another connection.
        test.run { receivers[2].isReady && receivers[3].isReady }
        #expect(test.cluster.active == 2 && test.cluster.open == 1)
        #expect(test.endpoint.peers.count == 2)
    }

    @Test func whoTriesAgainWhileItDiesGetsAnotherConnection() throws {
        let test = try SharedConnectionTests.cluster()
        let again = TestReceiver("again")
        let receiver = test.acquire()
        receiver.onFailure = { test.cluster.acquire(again) }
        test.run { receiver.isReady }
        test.endpoint.peers[0].close()
        test.run { again.isReady }
        #expect(test.endpoint.peers.count == 2 && test.cluster.open == 1)
    }

    @Test func aConnectionThatBreaksTheRulesIsCounted() throws {
        let test = try SharedConnectionTests.cluster()
        let receiver = test.acquire()
        test.run { receiver.isReady }
        test.endpoint.peers[0].send("fault\n")
        test.run { receiver.failure != nil }
        #expect(test.failures.causes == ["line_fault"])
        #expect(test.cluster.open == 0 && test.cluster.active == 0)
        #expect(test.cluster.counters.connectFailed == 0)
    }

    @Test func aConnectionThatSaysGoodbyeIsReplaced() throws {
        let test = try SharedConnectionTests.cluster()
        let first = test.acquire("first")
        test.run { first.isReady }
        test.endpoint.peers[0].send("bye\n")
        test.settle()
        // It carries its last stream for as long as that takes; others need not wait for it.
        let second = test.acquire("second")
        test.run { second.isReady }
        #expect(test.endpoint.peers.count == 2 && test.endpoint.openCount == 2)
        #expect(test.cluster.sharedConnections == 2 && test.cluster.streams == 2)
        test.endpoint.peers[0].send("head 1 200\nend 1\n")
        test.run { first.isComplete }
        test.run { test.endpoint.openCount == 1 }
        #expect(second.failure == nil && test.cluster.sharedConnections == 1)
    }

    @Test(arguments: ["bye\n", "fault\n"])
    func aConnectionThatEndsAtOnceLosesNobody(farewell: String) throws {
        let test = try SharedConnectionTests.cluster(room: 0)
        test.endpoint.greeting = farewell
        let receivers = test.acquire(3)
        test.run { receivers.allSatisfy { $0.failure != nil } }
        #expect(receivers.allSatisfy { $0.cause == "upstream_closed_early" })
        #expect(receivers.allSatisfy { $0.retry == .always })
        #expect(test.cluster.open == 0 && test.cluster.active == 0)
        #expect(test.cluster.counters.connectFailed == 1, "others are asked first for a moment")
        test.run { test.endpoint.openCount == 0 }
    }

    @Test func aConnectionThatIsClosedAtOnceLosesNobody() throws {
        let test = try SharedConnectionTests.cluster(room: 0)
        let receivers = test.acquire(2)
        test.run { !test.endpoint.peers.isEmpty }
        test.endpoint.peers[0].close()
        test.run { receivers.allSatisfy { $0.failure != nil } }
        #expect(receivers.allSatisfy { $0.cause == "upstream_closed_early" })
        #expect(test.cluster.open == 0 && test.cluster.pendingCount == 0)
    }

    @Test func refusedConnectionsFailAllWhoWait() throws {
        let test = try SharedConnectionTests.cluster()
        test.endpoint.close()
        let receivers = test.acquire(3)
        test.run { receivers.allSatisfy { $0.failure != nil } }
        #expect(receivers.allSatisfy { $0.failure == .connectFailed })
        #expect(test.cluster.open == 0 && test.cluster.active == 0)
    }

    // MARK: Configuration

    @Test func aRetiredEndpointDrains() throws {
        let test = try SharedConnectionTests.cluster(endpoints: 2)
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy(\.isReady) }
        test.cluster.update([EndpointAddress(test.endpoints[1].address)])
        let later = test.acquire(3)
        #expect(later.allSatisfy { $0.isReady })
        let gone = test.endpoints[0].peers[0]
        test.run { test.endpoints[1].peers[0].received.split(separator: "\n").count == 4 }
        #expect(gone.received.split(separator: "\n").count == 1 && !gone.hasEnded)
        gone.send("head 1 200\nend 1\n")
        test.run { gone.hasEnded }
        #expect(receivers.count { $0.isComplete } == 1 && test.cluster.open == 1)
    }

    @Test func aRetiredEndpointServesThoseWhoWait() throws {
        let test = try SharedConnectionTests.cluster(endpoints: 2)
        let receivers = test.acquire(2)
        test.cluster.update([EndpointAddress(test.endpoints[1].address)])
        test.run { receivers.allSatisfy(\.isReady) }
        for receiver in receivers { receiver.cancel() }
        test.run { test.endpoints[0].openCount == 0 && !test.endpoints[0].peers.isEmpty }
        #expect(test.endpoints[1].openCount == 1)
    }

    @Test func aRetiredEndpointGivesUpWhatNobodyWaitsFor() throws {
        let test = try SharedConnectionTests.cluster(room: 0)
        let receiver = test.acquire()
        test.run { !test.endpoint.peers.isEmpty }
        test.cluster.forget(receiver)
        #expect(test.cluster.open == 1)
        test.cluster.retire()
        #expect(test.cluster.open == 0)
        test.run { test.endpoint.openCount == 0 }
    }

    @Test func aRetiredClusterServesItsLastRequests() throws {
        let test = try SharedConnectionTests.cluster(room: 1)
        let receivers = test.acquire(3)
        test.run { receivers[0].isReady }
        test.cluster.retire()
        receivers[0].cancel()
        test.run { receivers[1].isReady }
        receivers[1].cancel()
        test.run { receivers[2].isReady }
        receivers[2].cancel()
        test.run { test.cluster.open == 0 }
        test.run { test.endpoint.openCount == 0 }
    }

    @Test func newEndpointsTakeThoseWhoWait() throws {
        let test = try SharedConnectionTests.cluster(endpoints: 2, room: 1)
        test.cluster.update([EndpointAddress(test.endpoints[0].address)])
        let receivers = test.acquire(2)
        test.run { receivers[0].isReady }
        #expect(!receivers[1].isReady)
        test.cluster.update(test.endpoints.map { EndpointAddress($0.address) })
        test.run { receivers[1].isReady }
        #expect(test.endpoints[1].peers.count == 1)
    }

    @Test func newFactoriesMakeNewConnections() throws {
        let made = Mutex<[String]>([])
        func plan(_ name: String) -> ConnectionPlan {
            var codec = LineCodec(room: 1)
            codec.onMake = { made.withLock { $0.append(name) } }
            return ConnectionPlan(filters: [], codecs: [codec], speaksHTTP1: false, key: "key")
        }
        let test = try SharedConnectionTests.cluster()
        let cluster = test.cluster
        #expect(cluster.fits(policy: cluster.policy, plan: plan("new"), metrics: 0))
        cluster.use(plan("old"))
        let first = test.acquire()
        test.run { first.isReady }
        cluster.use(plan("new"))
        first.cancel()
        #expect(test.acquire().isReady && made.withLock { $0 } == ["old"], "it is kept")
        test.endpoint.peers[0].close()
        test.run { test.cluster.open == 0 }
        let third = test.acquire()
        test.run { third.isReady }
        #expect(made.withLock { $0 } == ["old", "new"])
    }

    @Test func aConnectionInTheMakingChangesFactoriesToo() throws {
        let made = Mutex<[String]>([])
        func plan(_ name: String) -> ConnectionPlan {
            var codec = LineCodec(room: 1)
            codec.onMake = { made.withLock { $0.append(name) } }
            return ConnectionPlan(
                filters: [TestWrap()], codecs: [codec], speaksHTTP1: false, key: "key")
        }
        let test = try SharedConnectionTests.cluster()
        test.cluster.use(plan("old"))
        let receiver = test.acquire()
        test.run { test.endpoint.peers.first?.received == "?" }
        test.cluster.use(plan("new"))
        test.endpoint.peers[0].send("l")
        test.run { receiver.isReady }
        #expect(made.withLock { $0 } == ["new"])
    }

    @Test func otherSettingsNeedAnotherCluster() throws {
        let cluster = try SharedConnectionTests.cluster().cluster
        let other = ConnectionPlan(filters: [], codecs: [], speaksHTTP1: true, key: "other")
        #expect(!cluster.fits(policy: cluster.policy, plan: other, metrics: 0))
        var policy = cluster.policy
        policy.sharedConnections += 1
        #expect(!cluster.fits(policy: policy, plan: cluster.plan, metrics: 0))
        #expect(!cluster.fits(policy: cluster.policy, plan: cluster.plan, metrics: 8))
    }

    @Test func namesShareNoConnections() throws {
        let test = try SharedConnectionTests.cluster()
        let address = test.endpoint.address
        test.cluster.update([
            EndpointAddress(address, host: "a"), EndpointAddress(address, host: "b"),
        ])
        let receivers = test.acquire(2)
        test.run { receivers.allSatisfy(\.isReady) }
        #expect(test.endpoint.peers.count == 2)
        // What stays keeps its connections, whatever its weight and place are now.
        test.cluster.update([EndpointAddress(address, host: "b", weight: 7)])
        #expect(test.cluster.endpoints.map(\.open) == [1])
    }
}
