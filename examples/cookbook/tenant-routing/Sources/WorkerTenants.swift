internal import WeirBase
internal import WeirFilter

/// What each worker remembers of the directory.
final class WorkerTenants: Sendable {
    struct Memory {
        /// Nil when the directory knows of none.
        let tenant: ByteString?
        let until: MonotonicTime
    }

    /// Hosts come from clients, so there is a bound to how many are remembered.
    private static let limit = 10_000

    private let memories: WorkerLocal<[ByteString: Memory]>

    init(_ services: any GatewayServices) { memories = WorkerLocal(services) { _ in [:] } }

    func find(_ host: ByteString, _ context: FilterContext) -> Memory? {
        let found = context.withStream { stream in
            memories.with(stream) { $0[host] }
        }
        guard let memory = found ?? nil, memory.until > context.now else { return nil }
        return memory
    }

    func remember(
        _ tenant: ByteString?, of host: ByteString, for time: Interval, _ context: FilterContext
    ) {
        let memory = Memory(tenant: tenant, until: context.now + time)
        context.withStream { stream in
            memories.with(stream) { memories in
                if memories.count >= Self.limit { memories.removeAll(keepingCapacity: true) }
                memories[host] = memory
            }
        }
    }
}

extension ByteString {
    /// Whether it is made of 1 to 253 letters, digits, hyphens and one other byte.
    func isName(besides other: UInt8) -> Bool {
        (1...253).contains(count)
            && storage.allSatisfy {
                $0.isDigit || (0x61...0x7A).contains($0.lowercased) || $0 == UInt8(ascii: "-")
                    || $0 == other
            }
            && storage.first != UInt8(ascii: ".")
    }
}
