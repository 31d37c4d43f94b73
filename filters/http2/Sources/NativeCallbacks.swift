internal import CNghttp2
internal import WeirBase

/// What the library calls, turned into calls of `Session` and `Stream`.
enum NativeCallbacks {
    /// Made once and never changed; sessions copy it.
    nonisolated(unsafe) static let table: OpaquePointer? = unsafe make()

    private static func make() -> OpaquePointer? {
        var made: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&made) == 0, let table = unsafe made else {
            return nil
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, beginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback2(table, field)
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback2(table, invalidField)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, dataReceived)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
        unsafe nghttp2_session_callbacks_set_send_data_callback(table, sendData)
        return unsafe table
    }

    /// What gives the library the body of a stream's message.
    static func provider(_ stream: Stream) -> nghttp2_data_provider {
        unsafe nghttp2_data_provider(
            source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
            read_callback: readData)
    }

    /// The session that a callback belongs to. It is on the stack below the library's call, so
    /// nothing has to keep it alive.
    private static func withSession(
        _ userData: UnsafeMutableRawPointer?, _ body: (Session) -> Void
    ) {
        unsafe Unmanaged<Session>.fromOpaque(userData.unsafelyUnwrapped)
            ._withUnsafeGuaranteedRef(body)
    }

    // MARK: Receiving

    private static let beginHeaders: nghttp2_on_begin_headers_callback = { _, frame, userData in
        guard let frame = unsafe frame else { return 0 }
        let id = unsafe frame.pointee.hd.stream_id
        let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
        unsafe withSession(userData) { $0.headBegins(id, isRequest: isRequest) }
        return 0
    }

    private static let field: nghttp2_on_header_callback2 = { _, _, name, value, _, userData in
        let name = unsafe nghttp2_rcbuf_get_buf(name)
        let value = unsafe nghttp2_rcbuf_get_buf(value)
        var isGivenUp = false
        unsafe withSession(userData) {
            unsafe $0.fieldReceived(
                Span(_unsafeStart: name.base, count: name.len),
                Span(_unsafeStart: value.base, count: value.len))
            isGivenUp = $0.isEnding
        }
        // What is left of a head that ends the connection can be megabytes in a few bytes: it is
        // not decoded any more.
        return isGivenUp ? NGHTTP2_ERR_CALLBACK_FAILURE.rawValue : 0
    }

    /// The library would leave out a field with bytes that no field may have. The message is not
    /// one that anybody sends in good faith, so it is refused instead (RFC 9113, section 8.2.1).
    private static let invalidField: nghttp2_on_invalid_header_callback2 = { _, _, _, _, _, _ in
        NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    private static let frameReceived: nghttp2_on_frame_recv_callback = { _, frame, userData in
        guard let frame = unsafe frame else { return 0 }
        unsafe withSession(userData) { unsafe received(frame, $0) }
        return 0
    }

    private static func received(_ frame: UnsafePointer<nghttp2_frame>, _ session: Session) {
        let head = unsafe frame.pointee.hd
        switch head.type {
        case FrameType.data:
            if head.flags & FrameFlag.endStream != 0 { session.messageEnded(head.stream_id) }
        case FrameType.headers:
            session.headEnded(head.stream_id, isLast: head.flags & FrameFlag.endStream != 0)
        case FrameType.resetStream:
            session.streamReset(head.stream_id, unsafe frame.pointee.rst_stream.error_code)
        case FrameType.settings:
            session.settingsReceived(isAcknowledgement: head.flags & FrameFlag.acknowledgement != 0)
        case FrameType.ping:
            if head.flags & FrameFlag.acknowledgement != 0 { session.pingAnswered() }
        case FrameType.goAway:
            session.goAwayReceived(
                lastStream: unsafe frame.pointee.goaway.last_stream_id,
                unsafe frame.pointee.goaway.error_code)
        case FrameType.priorityUpdate:
            guard let payload = unsafe frame.pointee.ext.payload else { break }
            let update = unsafe payload.load(as: nghttp2_ext_priority_update.self)
            // The library lets it pass (RFC 9218, section 7.1).
            if unsafe update.stream_id == 0 { session.fail("http2_protocol_error", .protocol) }
        default: break
        }
    }

    private static let dataReceived: nghttp2_on_data_chunk_recv_callback = {
        _, _, id, bytes, count, userData in
        unsafe withSession(userData) {
            unsafe $0.dataReceived(
                id, Span(_unsafeStart: bytes.unsafelyUnwrapped, count: count))
        }
        return 0
    }

    private static let streamClosed: nghttp2_on_stream_close_callback = { _, id, code, userData in
        unsafe withSession(userData) { $0.streamClosed(id, code) }
        return 0
    }

    // MARK: Sending

    private static let readData: nghttp2_data_source_read_callback = {
        _, _, _, count, flags, source, _ in
        let stream = unsafe NativeCallbacks.stream(source)
        guard let ready = stream.payload(atMost: count) else {
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        var marks = NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        if ready.isLast {
            marks |= NGHTTP2_DATA_FLAG_EOF.rawValue
            if stream.submitTrailers() { marks |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue }
        }
        unsafe flags?.pointee = marks
        return ready.count
    }

    private static let sendData: nghttp2_send_data_callback = {
        _, frame, head, count, source, userData in
        let stream = unsafe NativeCallbacks.stream(source)
        let head = unsafe Span(_unsafeStart: head.unsafelyUnwrapped, count: 9)
        var isWritten = false
        unsafe withSession(userData) { session in
            isWritten = session.native.write(head, count: count, of: stream)
            if isWritten {
                session.dataSent(stream, isLast: head[4] & FrameFlag.endStream != 0)
            }
        }
        return isWritten ? 0 : NGHTTP2_ERR_WOULDBLOCK.rawValue
    }

    private static func stream(_ source: UnsafeMutablePointer<nghttp2_data_source>?) -> Stream {
        let pointer = unsafe source.unsafelyUnwrapped.pointee.ptr.unsafelyUnwrapped
        return unsafe Unmanaged<Stream>.fromOpaque(pointer).takeUnretainedValue()
    }
}
