import SwiftProtobuf
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TracingFilter

@Suite struct GRPCExportTests {
    private let receiver = SpanReceiver(prefix: 5)

    private func bench() throws -> TracingBench {
        let receiver = receiver
        let services = TestServices()
        services.serve("collector") { receiver.take($0) }
        return try TracingBench(
            [
                "exporter": [
                    "otlp": [
                        "cluster": "collector", "protocol": "grpc", "headers": ["x-token": "a"],
                    ]
                ]
            ], services: services)
    }

    private func response(_ status: Int, details: [UInt8]? = nil) -> CallResult {
        var response = CallResponse(status: 200, body: ByteString([0, 0, 0, 0, 0]))
        response.trailers.append("grpc-status", "\(status)")
        response.trailers.append("grpc-message", "because")
        if let details {
            response.trailers.append("grpc-status-details-bin", base64(details))
        }
        return .success(response)
    }

    private func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        var bits = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[bits >> count & 63])
            }
        }
        if count > 0 { text.append(digits[bits << (6 - count) & 63]) }
        return text
    }

    private func pass(_ time: Interval, on bench: TracingBench) {
        bench.services.advance(by: time)
        bench.services.tick()
        bench.services.answerCalls()
    }

    @Test func spansGoToTheService() throws {
        let bench = try bench()
        receiver.answer(response(0))
        _ = try bench.test.exchange()
        pass(.seconds(1), on: bench)
        let request = try #require(receiver.requests.first)
        #expect(request.path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        let fields = request.headers.map { "\($0.0): \($0.1)" }
        #expect(fields.contains("content-type: application/grpc") && fields.contains("x-token: a"))
        #expect(receiver.sizes == [2])
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 2)
    }

    @Test(arguments: [1, 4, 10, 11, 14, 15])
    func passingFailuresAreTriedAgain(code: Int) throws {
        let bench = try bench()
        receiver.answer(response(code), response(0))
        _ = try bench.test.exchange()
        pass(.seconds(1), on: bench)
        pass(.seconds(1), on: bench)
        #expect(receiver.sizes == [2, 2])
        #expect(bench.services.count("weir_tracing_spans_exported_total") == 2)
    }

    @Test(arguments: [2, 3, 5, 6, 7, 8, 9, 12, 13, 16])
    func otherFailuresAreFinal(code: Int) throws {
        let bench = try bench()
        receiver.answer(response(code))
        _ = try bench.test.exchange()
        pass(.seconds(1), on: bench)
        pass(.seconds(60), on: bench)
        #expect(receiver.sizes == [2])
        #expect(bench.services.count("weir_tracing_spans_dropped_total{reason=\"refused\"}") == 2)
    }

    @Test func exhaustedReceiversSayWhenToComeAgain() throws {
        var info = OTLPRetryInfo()
        info.retryDelay.seconds = 5
        info.retryDelay.nanos = 500_000_000
        var detail = OTLPDetail()
        detail.typeURL = "type.googleapis.com/google.rpc.RetryInfo"
        detail.value = try info.serializedBytes()
        var status = OTLPRefusal()
        status.code = 8
        status.details = [detail]
        let details: [UInt8] = try status.serializedBytes()
        let bench = try bench()
        receiver.answer(response(8, details: details), response(0))
        _ = try bench.test.exchange()
        pass(.seconds(1), on: bench)
        pass(.milliseconds(5400), on: bench)
        #expect(receiver.sizes == [2])
        pass(.milliseconds(100), on: bench)
        #expect(receiver.sizes == [2, 2])
    }

    @Test func base64IsReadWithAndWithoutPadding() {
        func decoded(_ text: String) -> String? {
            Base64.decoded(ByteString(text)).map(\.description)
        }
        // RFC 4648, section 10.
        let cases = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (text, code) in cases {
            #expect(decoded(code) == text)
            #expect(decoded(String(code.filter { $0 != "=" })) == text)
        }
        #expect(Base64.decoded("+/+/")?.storage == [0xFB, 0xFF, 0xBF])
        for bad in ["A", "Zg=", "Zg===", "Z=g=", "Zm9v=", "Zm 9", "Zm9-", "===="] {
            #expect(Base64.decoded(ByteString(bad)) == nil, "\(bad)")
        }
    }
}
