internal import CNghttp2
internal import WeirBase

/// The names under which the library's verdicts on a connection appear in metrics.
extension Session {
    /// What an error that made `receive` give up is called, here and by the protocol.
    func verdict(onError code: Int) -> (cause: StaticString, code: GoAwayCode) {
        switch Int32(truncatingIfNeeded: code) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: ("http2_bad_preface", .protocol)
        case NGHTTP2_ERR_FLOODED.rawValue: ("http2_ack_flood", .enhanceYourCalm)
        case NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue:
            ("http2_continuation_flood", .enhanceYourCalm)
        default: ("http2_internal_error", .internal)
        }
    }

    /// The cause of an error that we found ourselves.
    func cause(ofCode code: UInt32) -> StaticString { cause(ofCode: code, Span()) }

    /// The cause of an error that the library has sent a GOAWAY for.
    func cause(ofCode code: UInt32, _ text: Span<UInt8>) -> StaticString {
        switch code {
        case ErrorCode.protocol:
            if text.equals("request HEADERS: max concurrent streams exceeded") {
                return "http2_stream_limit"
            }
            if text.equals("SETTINGS expected") { return "http2_bad_preface" }
            return "http2_protocol_error"
        case ErrorCode.internal: return "http2_internal_error"
        case ErrorCode.flowControl: return "http2_flow_control_error"
        case ErrorCode.streamClosed: return "http2_stream_closed"
        case ErrorCode.frameSize: return "http2_frame_size_error"
        case ErrorCode.compression: return "http2_compression_error"
        case ErrorCode.enhanceYourCalm: return "http2_settings_flood"
        default: return "http2_protocol_error"
        }
    }
}
