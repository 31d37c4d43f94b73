import WeirBase
import WeirFilter

@testable import Http2Filter

/// A client codec and a server codec joined back to back, as two gateways would be.
final class JoinedTest {
    let clientHost = FakeClientHost()
    let serverHost = FakeServerHost()
    let client: any ClientCodec
    let server: any ServerCodec
    /// Into pieces of how many bytes both sides' bytes are cut; nil for none.
    let pieceSize: Int?

    init(
        _ configure: (inout Http2.Configuration) -> Void = { _ in }, pieceSize: Int? = nil,
        _ behaviour: @escaping (FakeExchange) -> Void
    ) throws {
        var configuration = Http2.Configuration()
        configure(&configuration)
        let codec = try Http2(configuration)
        client = codec.makeClient(clientHost)
        server = codec.makeServer(serverHost)
        self.pieceSize = pieceSize
        serverHost.behaviour = behaviour
        client.start()
        server.start()
        turn()
    }

    var exchange: FakeExchange { serverHost.exchanges[0] }

    func ask(
        _ head: RequestHead, framing: BodyFraming = .none, upgrade: Bool = false,
        appetite: Int = .max
    ) -> FakeCaller {
        let caller = FakeCaller()
        caller.appetite = appetite
        caller.upstreamMethod = head.method
        caller.calling {
            let stream = client.open(caller)
            caller.stream = stream
            stream.sendHead(head, framing: framing, upgrade: upgrade)
        }
        turn()
        return caller
    }

    /// Carries bytes until both sides are silent.
    func turn() {
        while clientHost.isScheduled || serverHost.isScheduled {
            carry(from: client, clientHost, to: server)
            carry(from: server, serverHost, to: client)
        }
    }

    private func carry(from source: any Codec, _ host: FakeHost, to sink: any Codec) {
        guard host.isScheduled else { return }
        host.isScheduled = false
        var more = true
        while more {
            more = source.produce()
            let output = host.output
            let bytes = output.bytes.array
            output.clear()
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + (pieceSize ?? bytes.count))
                _ = sink.receive(bytes.span.extracting(start..<end))
                start = end
            }
        }
    }
}
