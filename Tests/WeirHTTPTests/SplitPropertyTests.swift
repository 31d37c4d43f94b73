import Testing
import WeirBase
import WeirHTTP

/// How bytes arrive changes nothing, and nothing that arrives can make two messages of one.
@Suite struct SplitPropertyTests {
    private func events(_ bytes: ByteString, ends: [Int]) -> [Conversation.Event] {
        var conversation = Conversation()
        var start = 0
        for end in ends {
            conversation.receive(bytes.span.extracting(start..<end))
            start = end
        }
        return conversation.events
    }

    private func randomEnds(_ count: Int, _ random: inout SplitMix) -> [Int] {
        var ends: [Int] = []
        var position = 0
        let longest = 1 + random.below(random.pick([3, 30, 300]))
        while position < count {
            position = min(count, position + 1 + random.below(longest))
            ends.append(position)
        }
        return ends
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func validConversationsReadTheSameInAnyPieces(_ seed: UInt64) {
        var generator = MessageGenerator(seed: seed)
        for _ in 0..<10 {
            var bytes = ByteString()
            let messages = 1 + generator.random.below(4)
            for _ in 0..<messages { bytes.append(generator.request()) }
            let whole = events(bytes, ends: [bytes.count])
            let heads = whole.filter { if case .head = $0 { true } else { false } }
            #expect(heads.count == messages, "\(bytes)")
            #expect(events(bytes, ends: Array(1...bytes.count)) == whole)
            for _ in 0..<20 {
                let ends = randomEnds(bytes.count, &generator.random)
                #expect(events(bytes, ends: ends) == whole, "\(bytes) cut at \(ends)")
            }
        }
    }

    /// Damaged messages: refused or not, the answer does not depend on how the bytes arrive.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func damagedConversationsReadTheSameInAnyPieces(_ seed: UInt64) {
        var generator = MessageGenerator(seed: seed ^ 0xDA_4A6E)
        for _ in 0..<30 {
            var bytes = generator.request()
            damage(&bytes, &generator.random)
            // Ends every line that is open, so that all ways of arriving come to a decision.
            bytes.append("\r\n\r\n")
            let whole = events(bytes, ends: [bytes.count])
            for _ in 0..<8 {
                let ends = randomEnds(bytes.count, &generator.random)
                #expect(events(bytes, ends: ends) == whole, "\(bytes) cut at \(ends)")
            }
        }
    }

    /// Whatever is accepted goes out as one head that reads the same, with no byte left over.
    @Test(arguments: 0..<16 as Range<UInt64>)
    func whatIsAcceptedIsWrittenAsOneMessage(_ seed: UInt64) {
        var generator = MessageGenerator(seed: seed ^ 0x1F_0000)
        let head = RequestHead()
        let again = RequestHead()
        let out = ByteBuffer(capacity: 1024)
        for _ in 0..<200 {
            var bytes = generator.request()
            damage(&bytes, &generator.random)
            var parser = RequestParser()
            guard case .complete = parser.parse(bytes.span, into: head) else { continue }
            HopByHop.strip(&head.headers)
            out.clear()
            HeadWriter.request(head, framing: parser.framing, upgrade: false, to: out)
            var second = RequestParser()
            let progress = second.parse(out.bytes, into: again)
            // An HTTP/1.0 request may come without a host; the router gives it one.
            if head.authority.isEmpty { continue }
            #expect(progress == .complete(byteCount: out.count), "\(bytes)")
            #expect(second.framing == parser.framing)
            #expect(again.path == head.path && again.query == head.query)
            #expect(again.authority == head.authority)
            let end = ByteString("\r\n\r\n")
            let ends = (0...out.count - 4).filter { start in
                out.bytes.extracting(start..<start + 4).equals(end.span)
            }
            #expect(ends == [out.count - 4])
        }
    }

    private func damage(_ bytes: inout ByteString, _ random: inout SplitMix) {
        let pieces: [[UInt8]] = [
            [0x0D], [0x0A], [0x0D, 0x0A], [0x20], [0x09], [0x00], [0x3A], [0x2C], [0x7F], [0xFF],
            Array("Content-Length: 1\r\n".utf8), Array("Transfer-Encoding: chunked\r\n".utf8),
            Array("GET / HTTP/1.1\r\n\r\n".utf8), Array("0\r\n\r\n".utf8), Array(";".utf8),
        ]
        for _ in 0...random.below(3) {
            let position = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes.storage.remove(at: position)
            case 1: bytes.storage[position] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.storage.insert(contentsOf: random.pick(pieces), at: position)
            default: bytes.storage[position] = random.pick(pieces)[0]
            }
        }
    }
}
