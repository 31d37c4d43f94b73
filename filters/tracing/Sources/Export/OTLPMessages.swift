internal import SwiftProtobuf
internal import WeirBase

/// Spans as OpenTelemetry's protocol writes them, and what receivers answer.
enum OTLPMessages {
    /// The message that carries the spans of one service.
    static func request(_ spans: [FinishedSpan], resource: [SpanAttribute]) -> ByteString {
        var scope = OTLPScopeSpans()
        scope.scope.name = "weir"
        scope.spans = spans.map(span)
        var group = OTLPResourceSpans()
        group.resource.attributes = resource.map(attribute)
        group.scopeSpans = [scope]
        var request = OTLPExportRequest()
        request.resourceSpans = [group]
        // Only messages with required fields can fail, which these do not have.
        let bytes: [UInt8]? = try? request.serializedBytes()
        return ByteString(bytes ?? [])
    }

    /// What a receiver says that took the message. An answer that cannot be read has taken it too:
    /// sent again, its spans would be there twice.
    static func outcome(_ response: ByteString) -> ExportOutcome {
        guard let message = try? OTLPExportResponse(serializedBytes: response.storage) else {
            return .accepted(rejected: 0, message: "an answer that cannot be read")
        }
        let partial = message.partialSuccess
        return .accepted(
            rejected: Int(clamping: partial.rejectedSpans), message: shortened(partial.errorMessage)
        )
    }

    /// The text of a refusal, a serialised `google.rpc.Status`; empty when it has none.
    static func reason(_ refusal: ByteString) -> String {
        guard let status = try? OTLPRefusal(serializedBytes: refusal.storage) else { return "" }
        return shortened(status.message)
    }

    /// When to try again after a refusal, by its `google.rpc.RetryInfo`; nil when it has none.
    static func retryDelay(_ refusal: ByteString) -> Interval? {
        guard let status = try? OTLPRefusal(serializedBytes: refusal.storage) else { return nil }
        for detail in status.details where detail.typeURL.hasSuffix("/google.rpc.RetryInfo") {
            guard let info = try? OTLPRetryInfo(serializedBytes: detail.value) else { continue }
            let seconds = min(max(info.retryDelay.seconds, 0), 86_400)
            return Interval(
                nanoseconds: seconds * 1_000_000_000 + Int64(max(info.retryDelay.nanos, 0)))
        }
        return nil
    }

    /// Receivers' words as far as they are worth a line of the log.
    static func shortened(_ text: String) -> String { String(text.prefix(200)) }

    // MARK: Parts

    private static func span(_ span: FinishedSpan) -> OTLPSpan {
        var message = OTLPSpan()
        message.traceID = bytes(span.traceHigh, span.traceLow)
        message.spanID = bytes(span.id)
        if span.parent != 0 { message.parentSpanID = bytes(span.parent) }
        message.traceState = span.traceState
        message.flags = 0x100 | (span.hasRemoteParent ? 0x200 : 0) | UInt32(span.flags)
        message.name = span.name
        message.kind = Int32(span.kind.rawValue)
        message.startTimeUnixNano = UInt64(max(span.start, 0))
        message.endTimeUnixNano = UInt64(max(span.end, span.start, 0))
        message.attributes = span.attributes.map(attribute)
        message.events = span.events.map { event in
            var message = OTLPEvent()
            message.timeUnixNano = UInt64(max(event.time, 0))
            message.name = event.name
            message.attributes = event.attributes.map(attribute)
            return message
        }
        message.links = span.links.map { link in
            var message = OTLPLink()
            message.traceID = bytes(link.traceHigh, link.traceLow)
            message.spanID = bytes(link.span)
            message.flags = 0x300 | (link.isSampled ? 1 : 0)
            return message
        }
        if span.isError { message.status.code = 2 }
        return message
    }

    private static func attribute(_ attribute: SpanAttribute) -> OTLPKeyValue {
        var message = OTLPKeyValue()
        message.key = attribute.name
        message.value.value =
            switch attribute.value {
            case .text(let text): .stringValue(text)
            case .number(let number): .intValue(number)
            }
        return message
    }

    /// Words as bytes, the most significant first.
    private static func bytes<Bytes: SwiftProtobufContiguousBytes>(_ words: UInt64...) -> Bytes {
        Bytes(
            words.flatMap { word in
                stride(from: 56, through: 0, by: -8).map {
                    UInt8(truncatingIfNeeded: word >> UInt64($0))
                }
            })
    }
}
