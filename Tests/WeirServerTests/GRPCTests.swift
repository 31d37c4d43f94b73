import Testing
import WeirBase
import WeirFilter

@testable import WeirServer

@Suite struct GRPCTests {
    @Test(arguments: [
        ("1S", 1_000_000_000), ("20m", 20_000_000), ("7u", 7000), ("99999999n", 99_999_999),
        ("2M", 120_000_000_000), ("1H", 3_600_000_000_000),
    ])
    func readsTimeouts(text: String, nanoseconds: Int64) {
        #expect(GRPCTimeout.parse(ByteString(text).span)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: ["", "S", "1", "1s", "-1S", "1.5S", "123456789S", " 1S", "1S "])
    func takesNoOthers(text: String) {
        #expect(GRPCTimeout.parse(ByteString(text).span) == nil)
    }

    @Test func theLongestTimeoutDoesNotOverflow() {
        #expect(GRPCTimeout.parse(ByteString("99999999H").span)?.nanoseconds == .max)
    }

    @Test(arguments: [
        ("application/grpc", true), ("application/grpc+proto", true),
        ("Application/gRPC; a=b", true), ("application/grpc-web", false),
        ("application/grp", false), ("text/plain", false),
    ])
    func knowsTheMediaType(text: String, isGRPC: Bool) {
        var headers = HeaderMap()
        headers.append(.contentType, ByteString(text).span)
        #expect(Exchange.isGRPC(headers) == isGRPC)
    }

    @Test(arguments: [
        (401, 16), (403, 7), (404, 12), (429, 8), (503, 14), (502, 14), (504, 4), (413, 8),
        (418, 2),
    ])
    func statusesHaveCounterparts(status: Int, code: Int) {
        #expect(GRPCStatus.of(LocalResponse(status: status, cause: "test")) == code)
    }
}
