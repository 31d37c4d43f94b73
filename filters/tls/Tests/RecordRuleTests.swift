import COpenSSL
import Testing
import WeirBase
import WeirFilter

@testable import TlsFilter

/// The rules for records after the handshake (RFC 8446, sections 4.6.3, 5 and 6).
@Suite struct RecordRuleTests {
    private let factory: Tls

    init() throws { factory = try makeServer(try Folder()) }

    private func client() throws -> RawClient { try RawClient(factory) }

    // MARK: Content and padding

    @Test func takesEveryAmountOfPadding() throws {
        let client = try client()
        for padding in [0, 1, 2, 255, 256, 16_000, 16_380] {
            let (result, content) = client.send(client.record(23, [1, 0, 0], padding: padding))
            #expect(result == .bytes(3))
            #expect(content == [1, 0, 0])
        }
        // Content may be empty (section 5.1), with padding or without.
        for padding in [0, 1, 1000] {
            let (result, content) = client.send(client.record(23, [], padding: padding))
            #expect(result == .wouldBlock)
            #expect(content.isEmpty)
        }
        let largest = [UInt8](repeating: 7, count: 16 << 10)
        #expect(client.send(client.record(23, largest), capacity: 32 << 10).content == largest)
    }

    @Test func refusesRecordsWithoutAKind() throws {
        for zeros in [0, 1, 100, 16_383] {
            let client = try client()
            // All that is protected is zeros.
            let record = client.record(0, [UInt8](repeating: 0, count: zeros))
            #expect(try client.alert(for: record) == 10)
        }
    }

    @Test func refusesRecordsThatAreTooLong() throws {
        // One byte more than content of 2^14 bytes and its kind.
        let client = try client()
        let record = client.record(23, [UInt8](repeating: 7, count: 16 << 10), padding: 1)
        #expect(try client.alert(for: record) == 22)
    }

    @Test func refusesOtherKinds() throws {
        for kind in [UInt8(0), 1, 20, 24, 25, 255] {
            let client = try client()
            #expect(try client.alert(for: client.record(kind, [1])) == 10)
        }
        // A change of cipher specs may come during the handshake alone (section 5).
        let client = try client()
        #expect(try client.alert(for: [20, 3, 3, 0, 1, 1]) == 10)
    }

    // MARK: Damage

    @Test(arguments: [UInt16(0x1301), 0x1302, 0x1303])
    func noticesEveryChangedBit(_ suite: UInt16) throws {
        let size = 5 + 4 + 3 + 1 + 16
        for index in 0..<size {
            let client = try RawClient(factory, suite: suite)
            var record = client.record(23, Array("ping".utf8), padding: 3)
            #expect(record.count == size)
            record[index] ^= UInt8(1 << (index % 8))
            switch index {
            case 0: #expect(try client.alert(for: record) == 10)
            case 3, 4:
                // Another length: too long, or the rest is taken for the next record.
                record += [UInt8](repeating: 0, count: 3000)
                #expect(try [10, 20, 22].contains(client.alert(for: record)))
            default: #expect(try client.alert(for: record) == 20)
            }
        }
    }

    @Test func noticesRecordsThatAreMissingOrDoubled() throws {
        for order in [[0, 0], [1], [1, 0], [0, 2]] {
            let client = try client()
            let records = (0..<3).map { client.record(23, [UInt8($0)]) }
            let (result, content) = client.send(order.flatMap { records[$0] })
            #expect(result == .closed(errno: 0))
            // What came in order before may have been read; the caller is told of none.
            #expect(content == (order[0] == 0 ? [0] : []))
            let answer = try client.received()
            #expect(answer.count == 1 && answer[0].kind == 21 && answer[0].content == [2, 20])
        }
    }

    /// Records are cut off anywhere: what is not complete is not delivered.
    @Test func deliversWholeRecordsOnly() throws {
        let client = try client()
        let record = client.record(23, Array("ping".utf8))
        for end in 0..<record.count {
            #expect(client.send(end == 0 ? [] : [record[end - 1]]).result == .wouldBlock)
        }
        let (result, content) = client.send([record[record.count - 1]])
        #expect(result == .bytes(4))
        #expect(content == Array("ping".utf8))
        for end in 0..<record.count {
            let client = try self.client()
            client.link.inner.hasEnded = true
            let record = client.record(23, Array("ping".utf8))
            let (result, content) = client.send(Array(record[..<end]))
            #expect(result == (end == 0 ? .end : .wouldBlock))
            #expect(content.isEmpty)
            #expect(client.send([]).result == .end)
        }
    }

    // MARK: Alerts

    @Test func understandsAlerts() throws {
        var client = try client()
        #expect(client.send(client.record(21, [1, 90])).result == .wouldBlock)
        #expect(client.send(client.record(21, [1, 0], padding: 9)).result == .end)
        // What comes behind the farewell is ignored (section 6.1).
        #expect(client.send(client.record(23, [1])).result == .end)
        // All others are errors, whatever their level (section 6.2), and are not answered.
        for alert in [[2, 20], [1, 20], [1, 255], [2, 1]] as [[UInt8]] {
            client = try self.client()
            let (result, content) = client.send(client.record(21, alert))
            #expect(result == .closed(errno: 0))
            #expect(content.isEmpty)
            #expect(client.link.inner.output.isEmpty)
        }
        // Alerts are neither split nor put together (section 5.1), nor empty (section 5.4).
        for (alert, answer) in [([1], 50), ([1, 0, 1, 0], 50), ([], 10)] as [([UInt8], UInt8)] {
            client = try self.client()
            #expect(try client.alert(for: client.record(21, alert)) == answer)
        }
    }

    // MARK: Messages of the handshake

    @Test func refusesOtherMessages() throws {
        for kind in [UInt8(0), 1, 2, 4, 5, 8, 11, 13, 15, 20, 254] {
            let client = try client()
            #expect(try client.alert(for: client.record(22, [kind, 0, 0, 0])) == 10)
        }
        let client = try client()
        #expect(try client.alert(for: client.record(22, [])) == 10)
    }

    @Test func refusesBadKeyUpdates() throws {
        for (message, alert) in [
            ([24, 0, 0, 1, 2], 47), ([24, 0, 0, 1, 255], 47),
            ([24, 0, 0, 0], 50), ([24, 0, 0, 2, 0, 0], 50), ([24, 1, 0, 1, 0], 50),
            // A key changes at the end of a record (section 5.1).
            ([24, 0, 0, 1, 0, 24, 0, 0, 1, 0], 10), ([24, 0, 0, 1, 0, 24], 10),
        ] as [([UInt8], UInt8)] {
            let client = try client()
            #expect(try client.alert(for: client.record(22, message)) == alert)
        }
    }

    @Test func putsFragmentsTogether() throws {
        let client = try client()
        for split in 1..<5 {
            let message: [UInt8] = [24, 0, 0, 1, 1]
            let first = client.record(22, Array(message[..<split]), padding: split)
            #expect(client.send(first).result == .wouldBlock)
            #expect(try client.received().isEmpty)
            #expect(client.send(client.record(22, Array(message[split...]))).result == .wouldBlock)
            client.changeKey()
            let answer = try client.received()
            #expect(answer.count == 1 && answer[0].content == [24, 0, 0, 1, 0])
            #expect(client.send(client.record(23, [1])).content == [1])
        }
    }

    /// Records of other kinds may not stand between fragments (section 5.1), and fragments are not
    /// empty.
    @Test func refusesWhatStandsBetweenFragments() throws {
        for (kind, content) in [(23, [1]), (23, []), (21, [1, 0]), (22, [])]
            as [(UInt8, [UInt8])]
        {
            let client = try client()
            let bytes = client.record(22, [24, 0]) + client.record(kind, content)
            #expect(try client.alert(for: bytes) == 10)
        }
    }

    @Test func noticesWhenTheKeyDoesNotChange() throws {
        let client = try client()
        let bytes = client.record(22, [24, 0, 0, 1, 0]) + client.record(23, [1])
        #expect(try client.alert(for: bytes) == 20)
    }

    // MARK: Our own keys

    /// A request for new keys is answered once, before content and even if nothing is sent; several
    /// that come while we are silent get one answer (section 4.6.3).
    @Test func answersKeyUpdatesOnce() throws {
        let client = try client()
        let bytes = (0..<3).flatMap { _ in client.keyUpdate(isRequested: true) }
        #expect(client.send(bytes).result == .wouldBlock)
        #expect(try client.received().map(\.content) == [[24, 0, 0, 1, 0]])
        // With content, the answer waits for what is sent next.
        let more = client.keyUpdate(isRequested: true) + client.record(23, [1])
        #expect(client.send(more).content == [1])
        #expect(client.link.transport.write([2]) == .bytes(1))
        #expect(client.link.transport.write([3]) == .bytes(1))
        #expect(try client.received().map(\.content) == [[24, 0, 0, 1, 0], [2], [3]])
        // A peer that takes nothing is answered when it does.
        client.link.inner.room = 0
        #expect(client.link.transport.write([4]) == .bytes(1))
        for _ in 0..<10 { _ = client.send(client.keyUpdate(isRequested: true)) }
        client.link.inner.room = .max
        client.link.transport.flush()
        #expect(client.link.transport.write([5]) == .bytes(1))
        #expect(try client.received().map(\.content) == [[4], [24, 0, 0, 1, 0], [5]])
    }

    /// Nothing follows our farewell (section 6.1): neither new keys nor an alert.
    @Test func saysNothingAfterTheFarewell() throws {
        for isBad in [false, true] {
            let client = try client()
            client.link.transport.shutdownWrite()
            #expect(try client.received().map(\.content) == [[1, 0]])
            if isBad {
                #expect(client.send(client.record(20, [1])).result == .closed(errno: 0))
            } else {
                let bytes = client.keyUpdate(isRequested: true) + client.record(23, [1])
                #expect(client.send(bytes).content == [1])
                #expect(client.send(client.keyUpdate(isRequested: true)).result == .wouldBlock)
            }
            client.link.transport.close()
            #expect(client.link.inner.output.isEmpty)
        }
    }

    /// Keys are replaced before they have protected too many records (section 5.5).
    @Test func changesKeysInTime() throws {
        let client = try RawClient(factory, sent: RecordKey.recordsPerKey - 2)
        for byte in UInt8(1)...4 { #expect(client.link.transport.write([byte]) == .bytes(1)) }
        let contents = try client.received().map(\.content)
        #expect(contents == [[1], [2], [24, 0, 0, 1, 0], [3], [4]])
    }

    // MARK: Floods

    /// Many records without content keep the loop busy for nothing, whatever stands between them.
    @Test func closesWhenLittleContentComes() throws {
        let floods: [(RawClient) -> [UInt8]] = [
            { $0.record(23, []) },
            { $0.record(23, [], padding: 1) },
            { $0.record(21, [1, 90]) },
            { $0.keyUpdate(isRequested: true) },
            { $0.keyUpdate() + $0.keyUpdate() + $0.record(23, [1]) },
            {
                $0.record(23, [], padding: 100) + $0.record(23, [], padding: 1) + $0.record(23, [1])
            },
        ]
        for flood in floods {
            let client = try client()
            let bytes = (0..<2000).flatMap { _ in flood(client) }
            #expect(client.send(bytes, capacity: 64 << 10).result == .closed(errno: 0))
        }
        // But short records with content are as good as any.
        let client = try client()
        let bytes = (0..<20_000).flatMap { _ in client.record(23, [1], padding: 20) }
        #expect(client.send(bytes, capacity: 64 << 10).result == .bytes(20_000))
    }
}
