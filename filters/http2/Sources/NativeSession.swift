internal import CNghttp2
internal import WeirBase

/// One nghttp2 session: the library's C interface in terms of spans and numbers.
///
/// What the library reports goes to the `Session` given to `report`.
@safe
final class NativeSession {
    private let session: OpaquePointer
    private let memory = SessionMemory()
    /// What `send` and the callbacks below it write to.
    private var output: ByteBuffer?
    private var outputBound = 0
    private let isServer: Bool

    /// Makes a session. Ends the process when there is no memory for it, as allocation does.
    init(isServer: Bool, _ settings: CodecSettings) {
        var option: OpaquePointer?
        precondition(unsafe nghttp2_option_new(&option) == 0, "out of memory")
        defer { unsafe nghttp2_option_del(option) }
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        unsafe nghttp2_option_set_max_send_header_block_length(option, 256 * 1024)
        unsafe nghttp2_option_set_builtin_recv_extension_type(
            option, UInt8(NGHTTP2_PRIORITY_UPDATE.rawValue))
        // Our own counts come first; those of the library stay as a second line.
        unsafe nghttp2_option_set_max_continuations(option, settings.flood.continuations + 1)
        var made: OpaquePointer?
        let table = unsafe NativeCallbacks.table
        let result = unsafe memory.withAllocator { allocator in
            isServer
                ? unsafe nghttp2_session_server_new3(&made, table, nil, option, allocator)
                : unsafe nghttp2_session_client_new3(&made, table, nil, option, allocator)
        }
        guard result == 0, let made = unsafe made else { preconditionFailure("out of memory") }
        unsafe session = made
        self.isServer = isServer
    }

    deinit { unsafe nghttp2_session_del(session) }

    /// Names whom the library's reports go to; it has to live as long as it calls us.
    func report(to receiver: Session) {
        unsafe nghttp2_session_set_user_data(
            session, Unmanaged.passUnretained(receiver).toOpaque())
    }

    /// Gives memory back that only a session at work needs.
    func becameIdle() {
        if !wantsWrite { memory.release() }
    }

    // MARK: Bytes

    /// Works on received bytes; negative for an error that ends the session.
    func receive(_ bytes: Span<UInt8>) -> Int {
        unsafe bytes.withUnsafeBufferPointer {
            unsafe nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
    }

    /// What became of `send`.
    enum Progress {
        /// Nothing more is due.
        case done
        /// The output is full.
        case more
        /// The session is beyond repair.
        case failed
    }

    /// Writes frames to `output` until it holds `bound` bytes. `sent` is given the head of each
    /// frame but DATA, and what follows it.
    func send(
        to output: ByteBuffer, bound: Int, _ sent: (FrameScanner.Frame, Span<UInt8>) -> Void
    ) -> Progress {
        self.output = output
        outputBound = bound
        defer { self.output = nil }
        while output.count < bound {
            var bytes: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &bytes)
            guard count > 0, let bytes = unsafe bytes else {
                if count < 0 { return .failed }
                return output.count < bound ? .done : .more
            }
            let span = unsafe Span(_unsafeStart: bytes, count: count)
            output.write(span)
            var scanner = FrameScanner(prefaceCount: 0)
            var offset = 0
            if let frame = scanner.next(in: span, from: &offset) {
                sent(frame, span.extracting(offset...))
            }
        }
        return wantsWrite ? .more : .done
    }

    /// Writes a DATA frame of the stream; false when the output is full.
    func write(_ head: Span<UInt8>, count: Int, of stream: Stream) -> Bool {
        guard let output, output.count < outputBound else { return false }
        output.write(head)
        stream.writePayload(count, to: output)
        return true
    }

    /// Whether there is something to send that the peer's windows let pass.
    var wantsWrite: Bool { unsafe nghttp2_session_want_write(session) != 0 }

    /// How many frames other than DATA wait to be sent.
    var queueCount: Int { unsafe nghttp2_session_get_outbound_queue_size(session) }

    // MARK: Streams

    /// The stream of that number, as long as the library and we both know it.
    func stream(_ id: Int32) -> Stream? {
        guard let pointer = unsafe nghttp2_session_get_stream_user_data(session, id) else {
            return nil
        }
        return unsafe Unmanaged<Stream>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Connects a stream of the library's with ours, or takes the connection back.
    func bind(_ id: Int32, to stream: Stream?) {
        let pointer = unsafe stream.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
        _ = unsafe nghttp2_session_set_stream_user_data(session, id, pointer)
    }

    /// Lets the peer send as many bytes more: on the connection, and on the stream if given.
    func consume(_ count: Int, of id: Int32?) {
        if let id {
            _ = unsafe nghttp2_session_consume(session, id, count)
        } else {
            _ = unsafe nghttp2_session_consume_connection(session, count)
        }
    }

    /// A stream that had nothing to send has something now.
    func resume(_ id: Int32) { _ = unsafe nghttp2_session_resume_data(session, id) }

    // MARK: What to send

    /// Sends the connection's first SETTINGS.
    func submitSettings(_ values: [(id: UInt32, value: Int)]) {
        var entries = values.map {
            nghttp2_settings_entry(
                settings_id: Int32($0.id), value: UInt32(truncatingIfNeeded: $0.value))
        }
        _ = unsafe nghttp2_submit_settings(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &entries, entries.count)
    }

    /// Makes the window for the whole connection that large.
    func setConnectionWindow(_ count: Int) {
        _ = unsafe nghttp2_session_set_local_window_size(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: count))
    }

    /// Sends an interim response.
    func submitInformational(_ id: Int32, _ fields: FieldBlock) {
        unsafe fields.withFields { first, count in
            _ = unsafe nghttp2_submit_headers(
                session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, nil, first, count, nil)
        }
    }

    /// Sends a response; its body, if it has one, comes from `stream`.
    func submitResponse(_ id: Int32, _ fields: FieldBlock, bodyOf stream: Stream?) {
        unsafe fields.withFields { first, count in
            guard let stream else {
                _ = unsafe nghttp2_submit_response(session, id, first, count, nil)
                return
            }
            var provider = unsafe NativeCallbacks.provider(stream)
            _ = unsafe nghttp2_submit_response(session, id, first, count, &provider)
        }
    }

    /// Sends a request and returns its stream's number; negative when there are none left.
    func submitRequest(_ fields: FieldBlock, hasBody: Bool, of stream: Stream) -> Int32 {
        let pointer = unsafe Unmanaged.passUnretained(stream).toOpaque()
        return unsafe fields.withFields { first, count in
            guard hasBody else {
                return unsafe nghttp2_submit_request(session, nil, first, count, nil, pointer)
            }
            var provider = unsafe NativeCallbacks.provider(stream)
            return unsafe nghttp2_submit_request(session, nil, first, count, &provider, pointer)
        }
    }

    /// Ends a message whose body has been sent.
    func submitTrailers(_ id: Int32, _ fields: FieldBlock) {
        unsafe fields.withFields { first, count in
            _ = unsafe nghttp2_submit_trailer(session, id, first, count)
        }
    }

    /// Ends a stream at once.
    func submitReset(_ id: Int32, _ code: UInt32) {
        _ = unsafe nghttp2_submit_rst_stream(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code)
    }

    /// Asks for a sign of life.
    func submitPing() {
        _ = unsafe nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    }

    /// Says that no stream should be opened any more, and that those that are on their way are
    /// still taken. Servers only.
    func submitShutdownNotice() { _ = unsafe nghttp2_submit_shutdown_notice(session) }

    /// Says that no stream is taken any more; those that were taken are completed.
    func submitGoAway() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, ErrorCode.none, nil, 0)
    }

    /// Ends the session: a GOAWAY is sent, and nothing after it.
    func terminate(_ code: UInt32) { _ = unsafe nghttp2_session_terminate_session(session, code) }

    // MARK: What the peer said

    /// How many streams the peer lets us open.
    var peerMaxStreams: Int {
        Int(
            unsafe nghttp2_session_get_remote_settings(
                session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// Whether the peer takes extended CONNECT (RFC 8441).
    var peerTakesExtendedConnect: Bool {
        unsafe nghttp2_session_get_remote_settings(
            session, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1
    }

    /// Whether another request can be numbered.
    var canOpen: Bool { unsafe nghttp2_session_check_request_allowed(session) != 0 }
}
