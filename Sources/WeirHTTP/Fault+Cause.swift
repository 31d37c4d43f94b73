/// The names under which faults appear in logs, metrics and the optional response header.
extension Fault {
    var cause: StaticString {
        switch self {
        case .bareCarriageReturn: "bare_cr"
        case .bareLineFeed: "bare_lf"
        case .lineFolding: "line_folding"
        case .spaceBeforeColon: "space_before_colon"
        case .badFieldName: "bad_header_name"
        case .badFieldValue: "bad_header_value"
        case .headTooLong: "headers_too_large"
        case .tooManyFields: "too_many_headers"
        case .contentLengthInvalid: "bad_content_length"
        case .contentLengthRepeated: "several_content_lengths"
        case .contentLengthWithTransferEncoding: "content_length_with_transfer_encoding"
        case .transferEncodingUnknown: "unknown_transfer_encoding"
        case .transferEncodingInvalid: "bad_transfer_encoding"
        case .transferEncodingInOldVersion: "transfer_encoding_in_http_1_0"
        case .connectionOptionsTooMany: "too_many_connection_options"
        case .tlsHandshake: "tls_on_plain_port"
        case .badRequestLine: "bad_request_line"
        case .badMethod: "bad_method"
        case .badTarget: "bad_target"
        case .targetTooLong: "target_too_long"
        case .badVersion: "bad_version"
        case .versionUnsupported: "unsupported_version"
        case .badAuthority: "bad_authority"
        case .userInformation: "user_information_in_target"
        case .schemeUnsupported: "unsupported_scheme"
        case .expectationUnknown: "unknown_expectation"
        case .hostMissing: "missing_host"
        case .hostRepeated: "several_hosts"
        case .hostInvalid: "bad_host"
        case .authorityMismatch: "authority_mismatch"
        case .connectionSpecificField: "connection_specific_header"
        case .badStatusLine: "bad_status_line"
        case .chunkSizeInvalid: "bad_chunk_size"
        case .chunkLineTooLong: "chunk_line_too_long"
        case .chunkExtensionInvalid: "bad_chunk_extension"
        case .chunkEndMissing: "bad_chunk_end"
        case .trailersTooLong: "trailers_too_large"
        case .trailerForbidden: "forbidden_trailer"
        case .bodyTruncated: "truncated_body"
        case .path(let problem): problem.cause
        }
    }

    /// The same for what an upstream did; what only a client can do is a bad header.
    var upstreamCause: StaticString {
        switch self {
        case .bareCarriageReturn: "upstream_bare_cr"
        case .bareLineFeed: "upstream_bare_lf"
        case .lineFolding: "upstream_line_folding"
        case .headTooLong: "upstream_headers_too_large"
        case .tooManyFields: "upstream_too_many_headers"
        case .contentLengthInvalid: "upstream_bad_content_length"
        case .contentLengthRepeated: "upstream_several_content_lengths"
        case .contentLengthWithTransferEncoding: "upstream_content_length_with_transfer_encoding"
        case .transferEncodingUnknown: "upstream_unknown_transfer_encoding"
        case .transferEncodingInvalid: "upstream_bad_transfer_encoding"
        case .transferEncodingInOldVersion: "upstream_transfer_encoding_in_http_1_0"
        case .badVersion, .versionUnsupported: "upstream_unsupported_version"
        case .badStatusLine: "upstream_bad_status_line"
        case .chunkSizeInvalid: "upstream_bad_chunk_size"
        case .chunkLineTooLong: "upstream_chunk_line_too_long"
        case .chunkExtensionInvalid: "upstream_bad_chunk_extension"
        case .chunkEndMissing: "upstream_bad_chunk_end"
        case .trailersTooLong: "upstream_trailers_too_large"
        case .trailerForbidden: "upstream_forbidden_trailer"
        case .bodyTruncated: "upstream_truncated_body"
        default: "upstream_bad_header"
        }
    }
}
