internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// Checks signatures. One object for all streams, on all loops.
final class SignatureVerifier: HTTPFilter, Sendable {
    private static let refusal = LocalResponse(status: 401, cause: "webhook_signature_invalid")

    private let header: HeaderName
    private let limit: Int
    /// One for each secret and worker: a signer is for one thread.
    private let signers: WorkerLocal<[SHA256Signer]>

    init(
        _ secrets: [ByteString], header: HeaderName, limit: Int, _ services: any GatewayServices
    ) {
        self.header = header
        self.limit = limit
        signers = WorkerLocal(services) { _ in secrets.map { SHA256Signer(key: $0.span) } }
    }

    func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
        // Without a signature there is no need to wait for the body.
        signature(of: request) == nil ? .respond(Self.refusal) : .buffer(upTo: limit)
    }

    func requestBody(_ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream) -> Verdict {
        guard let claimed = signature(of: stream.request) else { return .respond(Self.refusal) }
        let body = chunk.bytes
        let isGenuine = signers.with(stream) { signers in
            // All are tried, so that the time does not say which secret it was. Digests compare in
            // constant time.
            signers.reduce(false) { found, signer in
                let actual = signer.sign(body.span)
                return actual == claimed || found
            }
        }
        return isGenuine ? .continue : .respond(Self.refusal)
    }

    /// What the request says; nil when it says nothing, nothing legible or two things.
    private func signature(of request: RequestHead) -> SHA256Digest? {
        let values = request.headers.values(header)
        guard values.count == 1, let value = values.first, value.hasPrefix("sha256=")
        else { return nil }
        return SHA256Digest(String(value.dropFirst(7)))
    }
}
