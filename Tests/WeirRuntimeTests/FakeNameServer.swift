import CLinux
import Testing
import WeirBase
import WeirRuntime

/// A name server on a UDP port of the loopback that knows a few names.
final class FakeNameServer: Sendable {
    struct Record: Sendable {
        var addresses: [IPAddress]
        var ttl: UInt32
        var alias: (name: String, ttl: UInt32)?
    }

    let address: String
    private let descriptor: Int32
    private let thread: WorkerThread
    let questions = Collected<String>()

    /// Names that are not in `records` do not exist; those in `silent` get no answer.
    init(_ records: [String: Record], silent: Set<String> = []) throws {
        let datagrams: Int32 = 2  // SOCK_DGRAM, which the importer does not see
        let descriptor = socket(AF_INET, datagrams, 0)
        self.descriptor = descriptor
        var name = sockaddr_storage()
        name.ss_family = sa_family_t(AF_INET)
        unsafe withUnsafeMutableBytes(of: &name) { bytes in
            unsafe bytes.storeBytes(
                of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
        }
        try #require(unsafe weir_bind(descriptor, &name, 16) == 0)
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try #require(unsafe weir_local_address(descriptor, &name, &length) == 0)
        let port = unsafe withUnsafeBytes(of: name) { bytes in
            unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
        address = "127.0.0.1:\(port)"
        let questions = self.questions
        thread = try WorkerThread.start(name: "name-server") {
            while let (query, peer) = Self.receive(descriptor) {
                guard let (name, type) = Self.question(query) else { continue }
                questions.append(name)
                if silent.contains(name) { continue }
                Self.send(Self.answer(query, type, name, records[name]), to: peer, descriptor)
            }
        }
    }

    deinit {
        // Wakes the thread, for which an empty datagram is the end.
        shutdown(descriptor, Int32(SHUT_RDWR))
        thread.join()
        close(descriptor)
    }

    private static func receive(_ descriptor: Int32) -> ([UInt8], sockaddr_storage)? {
        var bytes = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_storage()
        let count = unsafe weir_receive_datagram(descriptor, &bytes, bytes.count, &peer)
        return count > 0 ? (Array(bytes[..<count]), peer) : nil
    }

    private static func send(_ bytes: [UInt8], to peer: sockaddr_storage, _ descriptor: Int32) {
        var peer = peer
        _ = unsafe weir_send_datagram(descriptor, bytes, bytes.count, &peer)
    }

    private static func question(_ query: [UInt8]) -> (name: String, type: UInt8)? {
        var labels: [String] = []
        var index = 12
        while index < query.count, query[index] > 0 {
            let end = index + 1 + Int(query[index])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[index + 1..<end], as: UTF8.self))
            index = end
        }
        guard index + 4 < query.count else { return nil }
        return (labels.joined(separator: ".").lowercased(), query[index + 2])
    }

    private static func answer(
        _ query: [UInt8], _ type: UInt8, _ name: String, _ record: Record?
    ) -> [UInt8] {
        let questionEnd = 12 + name.utf8.count + 2 + 4
        var records: [UInt8] = []
        var count: UInt8 = 0
        func append(_ owner: [UInt8], _ type: UInt8, _ ttl: UInt32, _ data: [UInt8]) {
            records += owner + [0, type, 0, 1]
            records += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ttl >> $0) }
            records += [0, UInt8(data.count)] + data
            count += 1
        }
        var owner: [UInt8] = [0xC0, 12]
        if let alias = record?.alias {
            let target = labels(alias.name)
            append(owner, 5, alias.ttl, target)
            owner = target
        }
        for address in record?.addresses ?? [] where type == (address.isV4 ? 1 : 28) {
            append(owner, type, record?.ttl ?? 0, bytes(address))
        }
        let flags: [UInt8] = [0x81, record == nil ? 0x83 : 0x80]
        return query[..<2] + flags + [0, 1, 0, count, 0, 0, 0, 0] + query[12..<questionEnd]
            + records
    }

    private static func labels(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func bytes(_ address: IPAddress) -> [UInt8] {
        func split(_ value: UInt64) -> [UInt8] {
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
        }
        if let bits = address.v4Bits { return Array(split(UInt64(bits))[4...]) }
        return split(address.v6Halves.high) + split(address.v6Halves.low)
    }
}
