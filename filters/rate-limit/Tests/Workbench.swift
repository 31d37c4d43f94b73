import Foundation
import WeirBase
import WeirFilter
import WeirTesting

@testable import RateLimitFilter

/// A local store under test, without streams.
struct Workbench {
    let store: LocalStore
    let rules: [LimitRule]

    init(
        _ quotas: [Quota], shadows: [Bool] = [], maxKeys: Int = 1000,
        services: TestServices = TestServices()
    ) {
        let rules = quotas.indices.map { index in
            LimitRule(
                name: "limit-\(index)", quota: quotas[index], parts: [],
                isShadow: shadows.isEmpty ? false : shadows[index])
        }
        self.init(rules: rules, maxKeys: maxKeys, services: services)
    }

    init(rules: [LimitRule], maxKeys: Int = 1000, services: TestServices = TestServices()) {
        self.rules = rules
        store = LocalStore(StoreContext(rules: rules, maxKeys: maxKeys, services: services))
    }

    /// A demand for each of the rules, under the same key.
    func demands(_ key: Int, cost: Int = 1, wantsQuotas: Bool = true) -> Demands {
        var demands = Demands(wantsQuotas: wantsQuotas)
        for rule in rules.indices { demands.add(key, cost: cost, rule: rule) }
        return demands
    }

    /// Asks under all rules.
    func ask(_ key: Int = 0, cost: Int = 1, at now: Int64) -> [LimitOutcome] {
        var demands = demands(key, cost: cost)
        store.decide(&demands, at: now)
        return demands.items.map(\.outcome)
    }

    /// Asks under the only rule: whether it was admitted.
    func admits(_ key: Int = 0, cost: Int = 1, at now: Int64) -> Bool {
        ask(key, cost: cost, at: now)[0].isAllowed
    }
}

extension Demands {
    /// Asks a rule under a key of eight bytes.
    mutating func add(_ key: Int, cost: Int = 1, rule: Int = 0) {
        add(cost: cost, rule: rule) { keys in
            for shift in stride(from: 0, to: 64, by: 8) {
                keys.append(UInt8(truncatingIfNeeded: key >> shift))
            }
        }
    }
}

/// Runs `body` on threads of their own, at the same time, and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            body(index)
            group.leave()
        }
    }
    group.wait()
}

extension TestFilter {
    /// The field at fault, in the configuration or when it is put into service beside a cluster of
    /// that name; nil when there is none.
    func pathOfError(serving cluster: String) -> [String]? {
        let services = TestServices()
        services.serve(cluster) { _ in nil }
        do {
            _ = try FilterTest([self], services: services)
            return nil
        } catch {
            return (error as? ConfigurationError)?.path
        }
    }
}
