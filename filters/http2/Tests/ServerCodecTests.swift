import Testing
import WeirBase
import WeirFilter

@testable import Http2Filter

@Suite struct ServerCodecTests {
    @Test(arguments: [nil, 1, 7])
    func answersAGet(_ pieceSize: Int?) throws {
        let test = try ServerTest(
            host: { $0.behaviour = { $0.respond(200, "hello", headers: [("x-a", "b")]) } },
            pieceSize: pieceSize)
        test.send([.headers(1, ServerTest.get + [("accept", "*/*"), ("x-many", "1")])])
        let exchange = try #require(test.exchanges.first)
        #expect(exchange.method == "GET")
        #expect(exchange.authority == "a.example")
        #expect(exchange.path == "/")
        #expect(exchange.isLast)
        #expect(exchange.field("accept") == "*/*")
        #expect(exchange.field("x-many") == "1")
        #expect(
            test.fields(1) == [
                ":status": "200", "content-length": "5", "x-a": "b",
                "date": "Thu, 01 Jan 1970 00:00:00 GMT",
            ])
        #expect(test.body(1) == "hello")
        #expect(test.isEnded(1))
        #expect(exchange.wasFinished)
        #expect(test.violations == [])
        #expect(test.codec.streamCount == 0)
    }

    @Test(arguments: [nil, 1, 5])
    func takesABody(_ pieceSize: Int?) throws {
        let test = try ServerTest(
            host: { host in
                host.behaviour = { $0.whenEnded = { $0.respond(200, "got \($0.body)") } }
            }, pieceSize: pieceSize)
        test.send([
            .headers(1, ServerTest.post, end: false), .data(1, "one "), .data(1, "two", end: true),
        ])
        #expect(test.body(1) == "got one two")
        #expect(test.exchanges[0].wasFinished)
        #expect(test.violations == [])
    }
}
