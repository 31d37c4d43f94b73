import SwiftProtobuf
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import ExternalAuthFilter

/// The filter with a service of the test's.
final class AuthTest: Sendable {
    let services = TestServices()
    private let asked = Mutex<[CallRequest]>([])
    private let filters: [TestFilter]

    /// Configures the filter; `answer` is the service, in the cluster `authz`.
    init(_ configuration: TestConfiguration, _ answer: @escaping TestCluster) {
        filters = [TestFilter(ExternalAuth.self, configuration)]
        services.serve("authz") { [weak self] request in
            self?.asked.withLock { $0.append(request) }
            return answer(request)
        }
    }

    /// What the service was asked, in order.
    var questions: [CallRequest] { asked.withLock { $0 } }

    /// A chain with the filter.
    func chain() throws -> FilterTest { try FilterTest(filters, services: services) }

    /// One exchange on a chain of its own.
    func exchange(_ request: TestRequest = TestRequest()) throws -> TestResult {
        try chain().exchange(request)
    }

    /// How many requests came to this.
    func count(_ outcome: String) -> Int {
        services.count("weir_external_auth_decisions_total{outcome=\"\(outcome)\"}")
    }
}

extension CallResponse {
    /// An answer over HTTP.
    static func http(
        _ status: Int, _ headers: TestFields = [:], _ body: ByteString = ""
    ) -> CallResult {
        .success(CallResponse(status: status, headers: headers.headerMap, body: body))
    }

    /// An answer in Envoy's protocol.
    static func check(_ build: (inout Envoy_Service_Auth_V3_CheckResponse) -> Void) -> CallResult {
        var message = Envoy_Service_Auth_V3_CheckResponse()
        build(&message)
        let bytes: [UInt8] = (try? message.serializedBytes()) ?? []
        let prefix = [0] + [24, 16, 8, 0].map { UInt8(bytes.count >> $0 & 0xFF) }
        return .success(
            CallResponse(
                status: 200, body: ByteString(prefix + bytes),
                trailers: (["grpc-status": "0"] as TestFields).headerMap))
    }
}

extension CallRequest {
    /// The values of a field.
    func values(_ name: HeaderName) -> [String] {
        headers.filter { $0.0 == name }.map { $0.1.description }
    }

    /// The message of a gRPC call.
    func message() throws -> Envoy_Service_Auth_V3_AttributeContext {
        try Envoy_Service_Auth_V3_CheckRequest(
            serializedBytes: Array(body.storage.dropFirst(5))
        ).attributes
    }
}

extension Envoy_Config_Core_V3_HeaderValueOption {
    /// A field that a service sets.
    static func setting(
        _ name: String, _ value: String, append: Bool? = nil,
        action: HeaderAppendAction = .appendIfExistsOrAdd
    ) -> Self {
        var option = Self()
        option.header.key = name
        option.header.value = value
        if let append { option.append = Google_Protobuf_BoolValue(append) }
        option.appendAction = action
        return option
    }
}
