import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirRuntime

@testable import WeirServer

/// What factories get of the gateway besides files and times.
@Suite struct ServiceTests {
    private final class Table: Sendable {}
    private final class Other: Sendable {}

    @Test func sharedObjectsLiveAsLongAsSomebodyHoldsThem() {
        let registry = ServiceRegistry()
        var first: Table? = registry.shared("limits") { Table() }
        let second = registry.shared("limits") { Table() }
        #expect(first === second)
        #expect(registry.shared("others") { Table() } !== second)
        let identity = ObjectIdentifier(second)
        first = nil
        #expect(ObjectIdentifier(registry.shared("limits") { Table() }) == identity)
        withExtendedLifetime(second) {}
    }

    @Test func aSharedObjectThatNobodyHoldsIsMadeAnew() {
        let registry = ServiceRegistry()
        var made = 0
        for _ in 0..<2 {
            _ = registry.shared("limits") { () -> Table in
                made += 1
                return Table()
            }
        }
        #expect(made == 2)
    }

    @Test func anObjectOfAnotherTypeIsNotShared() {
        let registry = ServiceRegistry()
        let table = registry.shared("limits") { Table() }
        let other = registry.shared("limits") { Other() }
        #expect(ObjectIdentifier(table) != ObjectIdentifier(other))
    }

    @Test func whatAFactoryPutUpGoesWithIt() {
        let registry = ServiceRegistry()
        let owners = [Table(), Table()]
        for owner in owners {
            registry.add(
                ServiceRegistry.Gauge(
                    owner: ObjectIdentifier(owner), name: "weir_x", help: "", labels: [],
                    value: { 1 }))
        }
        registry.remove(ObjectIdentifier(owners[0]))
        #expect(registry.gauges.map(\.owner) == [ObjectIdentifier(owners[1])])
    }

    @Test func workIsDoneElsewhereAndBounded() async throws {
        let pool = BackgroundPool(threadCount: 1, bound: 2)
        let finished = Atomic<Int>(0)
        let held = Mutex(())
        // The first piece of work cannot end while the lock is held here.
        let accepted = held.withLock { _ in
            (0..<4).map { _ in
                pool.run {
                    held.withLock { _ in }
                    finished.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(accepted == [true, true, false, false])
        pool.stop()
        #expect(!pool.run {})
        #expect(finished.load(ordering: .relaxed) <= 2)
    }

    @Test func aCallBeforeServiceWaitsAndOneAfterItFails() {
        let caller = GatewayCaller { [] }
        let results = Mutex<[String]>([])
        let note: @Sendable (CallResult) -> Void = { result in
            if case .failure(let failure) = result {
                results.withLock { $0.append(failure.cause.description) }
            }
        }
        caller.call("idp", CallRequest(.get, "/"), note)
        #expect(results.withLock { $0 } == [])
        // There are no workers here, so the call that waited learns that nobody can make it.
        caller.open()
        #expect(results.withLock { $0 } == ["call_cluster_gone"])
        caller.stop()
        caller.call("idp", CallRequest(.get, "/"), note)
        #expect(results.withLock { $0 }.count == 2)
    }

    @Test func aCallThatNeverCameToServiceFailsToo() {
        let caller = GatewayCaller { [] }
        let failures = Atomic<Int>(0)
        caller.call("idp", CallRequest(.get, "/")) { result in
            if case .failure = result { failures.add(1, ordering: .relaxed) }
        }
        caller.stop()
        #expect(failures.load(ordering: .relaxed) == 1)
    }
}
