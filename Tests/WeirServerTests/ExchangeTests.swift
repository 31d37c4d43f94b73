import Logging
import Testing
import WeirBase
import WeirFilter
import WeirRouting
import WeirRuntime

@testable import WeirServer

/// What a pooled exchange takes from one request to the next: nothing.
@Suite struct ExchangeTests {
    /// A client that takes no byte of a body.
    private final class StuckClient: ResponseSink {
        var status = 0
        func sendInformational(_ head: ResponseHead) {}
        func sendHead(_ head: ResponseHead, length: Int64?, upgraded: Bool, mustClose: Bool) {
            status = head.status
        }
        func sendBody(_ bytes: Span<UInt8>) -> Int { 0 }
        func sendEnd(_ trailers: borrowing HeaderMap) {}
        func cutOff(_ manner: CutOff) {}
        func resumeRequest() {}
    }

    @Test func anAnswerThatNobodyTookIsForgotten() throws {
        let loop = try EventLoop(index: 0)
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let shared = SharedState(
            log: log, accessLog: AccessLogWriter(loop: loop.handle, log: log))
        let worker = Worker(loop: loop, shared: shared)
        worker.shard.grow(to: 1000)
        let secret = ByteString(String(repeating: "s", count: 10_000))
        let fallback = Route(
            place: StreamPlace(listener: "edge", route: ""),
            action: .respond(LocalResponse(status: 403, cause: "direct_response", body: secret)),
            chain: .empty, metrics: 0)
        let policy = ListenerPolicy(
            name: "edge", address: try #require(SocketAddress("127.0.0.1:0")),
            routes: RouteTable([], index: try RouteIndex([])), fallback: fallback,
            connections: 1, isInternal: true, metrics: 100)
        let client = StuckClient()
        let exchange = worker.takeExchange()
        exchange.prepare(sink: client, listener: policy)
        exchange.request.path = "/"
        exchange.start(RequestFacts())
        #expect(client.status == 403)
        #expect(!exchange.localBody.isEmpty)
        exchange.abort(cause: "client_reset")
        #expect(exchange.isFinished)
        #expect(worker.takeExchange() === exchange)
        #expect(exchange.localBody.isEmpty && exchange.localOffset == 0)
    }
}
