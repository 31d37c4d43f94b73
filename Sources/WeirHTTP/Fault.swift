internal import WeirBase

/// Everything that can be wrong with a message, before it is known whose message it was.
enum Fault: Error, Equatable {
    case bareCarriageReturn, bareLineFeed, lineFolding, spaceBeforeColon
    case badFieldName, badFieldValue, headTooLong, tooManyFields
    case contentLengthInvalid, contentLengthRepeated, contentLengthWithTransferEncoding
    case transferEncodingUnknown, transferEncodingInvalid, transferEncodingInOldVersion
    case connectionOptionsTooMany
    case tlsHandshake, badRequestLine, badMethod, badTarget, targetTooLong, badVersion,
        versionUnsupported
    case badAuthority, userInformation, schemeUnsupported, expectationUnknown
    case hostMissing, hostRepeated, hostInvalid, authorityMismatch, connectionSpecificField
    case badStatusLine
    case chunkSizeInvalid, chunkLineTooLong, chunkExtensionInvalid, chunkEndMissing
    case trailersTooLong, trailerForbidden, bodyTruncated
    case path(PathProblem)

    /// What to tell the outside.
    func problem(from source: MessageSource) -> ProtocolProblem {
        switch source {
        case .client: ProtocolProblem(status: status, cause: cause)
        case .upstream: ProtocolProblem(status: 502, cause: upstreamCause)
        }
    }

    private var status: Int {
        switch self {
        case .targetTooLong: 414
        case .expectationUnknown: 417
        case .headTooLong, .tooManyFields, .trailersTooLong: 431
        case .transferEncodingUnknown: 501
        case .versionUnsupported: 505
        default: 400
        }
    }
}
