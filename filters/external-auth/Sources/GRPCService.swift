internal import SwiftProtobuf
internal import WeirBase
internal import WeirFilter

/// A service that speaks Envoy's `ext_authz` protocol, version 3.
struct GRPCService: AuthService {
    let call: GRPCCall
    let context: [String: String]
    let sends: SentFields
    let bodyIsBytes: Bool
    let identityHeader: HeaderName?

    var summary: String { "by gRPC (\(call.path))" }

    func question(_ stream: FilterStream, body: ByteString?) -> CallRequest? {
        let question = CheckQuestion(
            stream, sends: sends, body: body, bodyIsBytes: bodyIsBytes, context: context)
        guard let bytes: [UInt8] = try? question.message.serializedBytes() else { return nil }
        return call.request(ByteString(bytes))
    }

    func answer(_ result: CallResult) -> Answer {
        switch GRPCCall.message(of: result) {
        case .failure(let failure):
            return Answer(failure.code == .deadlineExceeded ? .timedOut : .failed)
        case .success(let bytes):
            let message = try? Envoy_Service_Auth_V3_CheckResponse(serializedBytes: bytes.storage)
            guard let message else { return Answer(.failed) }
            return Answer(CheckAnswer(message, identityHeader: identityHeader).decision)
        }
    }
}
