internal import WeirBase
internal import WeirFilter

/// Bytes in and out, and the end.
extension Session {
    func start() {
        scanner = FrameScanner(prefaceCount: prefaceCount)
        native.setConnectionWindow(settings.connectionWindow)
        if let maxAge = settings.maxAge { care.limitAge(maxAge, now: host.now, host.random) }
        arm()
        schedule()
    }

    /// More frames than these wait only when the peer reads nothing and makes us answer all the
    /// same.
    private static var heldQueueCount: Int { 256 }

    func receive(_ bytes: Span<UInt8>) -> Int {
        if isEnding || isGone { return bytes.count }
        if isOutputFull && holdsInput && native.queueCount > Self.heldQueueCount {
            isInputHeld = true
            return 0
        }
        care.received(now: host.now)
        scan(bytes)
        if !isEnding {
            let result = native.receive(bytes)
            if result < 0 {
                let (cause, code) = verdict(onError: result)
                fail(cause, code)
            }
        }
        settle()
        schedule()
        if care.next < armed { arm() }
        return bytes.count
    }

    /// Counts the frames before the library works on them, so that nothing is done for a flood.
    private func scan(_ bytes: Span<UInt8>) {
        let now = host.now
        var offset = 0
        var last: FrameScanner.Frame?
        while let frame = scanner.next(in: bytes, from: &offset) {
            last = frame
            if frame.type == FrameType.headers || frame.type == FrameType.continuation {
                isHeadOpen = !frame.has(FrameFlag.endHeaders)
            }
            if let cause = guardian.received(frame, now: now) {
                return fail(cause, .enhanceYourCalm)
            }
            if let code = misplaced(frame) { return fail(cause(ofCode: code.rawValue), code) }
        }
        if let last {
            isHeadLast = last.type == FrameType.headers || last.type == FrameType.continuation
        }
        care.isInHead(isHeadOpen || isHeadLast && scanner.isInsidePayload, now: now)
    }

    func produce() -> Bool {
        isScheduled = false
        guard !isGone, !isProducing else { return false }
        isProducing = true
        defer { isProducing = false }
        if isInputHeld {
            isInputHeld = false
            host.resumeReceiving()
        }
        let output = host.output
        let bound = host.outputBound
        var rounds = 0
        repeat {
            settle()
            isOutputFull = send(to: output, bound: bound)
            rounds += 1
        } while !isOutputFull && hasQueued && rounds < 16
        endIfDone()
        if care.next < armed { arm() }
        return isOutputFull
    }

    private func send(to output: ByteBuffer, bound: Int) -> Bool {
        let progress = native.send(to: output, bound: bound) { self.sent($0, $1) }
        if progress == .done { hasNewSettings = false }
        switch progress {
        case .done: return false
        case .more: return true
        case .failed:
            isEnding = true
            cause = cause ?? "http2_internal_error"
            return false
        }
    }

    /// Looks at a frame that was written: the library says here alone what it has decided.
    private func sent(_ frame: FrameScanner.Frame, _ payload: Span<UInt8>) {
        switch frame.type {
        case FrameType.headers:
            guard frame.has(FrameFlag.endStream),
                let stream = native.stream(Int32(bitPattern: frame.stream))
            else { return }
            endSent(stream)
        case FrameType.resetStream:
            resetSent(frame.stream)
            guard payload.count >= 4 else { return }
            let code = Self.number(in: payload, at: 0)
            if code == ErrorCode.refusedStream { failIf(guardian.refused(now: host.now)) }
            // A setting that makes a stream's window too large is the connection's error (section
            // 6.9.2); the library ends the stream alone.
            if code == ErrorCode.flowControl && hasNewSettings {
                fail("http2_flow_control_error", .flowControl)
            }
        case FrameType.goAway:
            guard payload.count >= 8 else { return }
            let code = Self.number(in: payload, at: 4)
            guard code != ErrorCode.none else { return }
            isEnding = true
            if cause == nil { cause = cause(ofCode: code, payload.extracting(8...)) }
        default: break
        }
    }

    private static func number(in bytes: Span<UInt8>, at offset: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: bytes.halfWord(at: offset)).byteSwapped
    }

    // MARK: The end

    /// Ends the connection because of what the peer does.
    func fail(_ cause: StaticString, _ code: GoAwayCode) {
        guard !isEnding else { return }
        isEnding = true
        self.cause = cause
        native.terminate(code.rawValue)
        schedule()
    }

    func failIf(_ cause: StaticString?) {
        if let cause { fail(cause, .enhanceYourCalm) }
    }

    /// Ends the connection in order.
    func end() {
        guard !isEnding else { return }
        isEnding = true
        schedule()
    }

    private func endIfDone() {
        guard !hasAskedToEnd else { return }
        if hasDrained && streams.isEmpty && !isOutputFull { isEnding = true }
        guard isEnding else { return }
        hasAskedToEnd = true
        host.end(cause)
    }

    func closed(_ cause: StaticString?) {
        guard !isGone else { return }
        isGone = true
        isEnding = true
        if self.cause == nil { self.cause = cause }
        host.wake(at: .never)
        let left = streams
        for stream in left { stream.isClosed = true }
        for stream in left { stream.deliverClose() }
        removeAll()
    }

    func inputEnded() {
        guard !isEnding else { return }
        isEnding = true
        isPeerGone = true
        schedule()
    }

    // MARK: Time

    /// Sets the timer for what is due next.
    func arm() {
        armed = care.next
        host.wake(at: armed)
    }

    func wakeUp() {
        guard !isGone else { return }
        settle()
        let now = host.now
        while !isEnding, let task = care.due(now: now) { perform(task) }
        arm()
    }

    private func perform(_ task: ConnectionCare.Task) {
        switch task {
        case .slowPreface: fail("http2_slow_preface", .protocol)
        case .slowHead: fail("http2_slow_headers", .enhanceYourCalm)
        case .ping:
            native.submitPing()
            schedule()
        case .pingTimeout: fail("http2_ping_timeout", .none)
        case .age, .idle: drain()
        case .trim: shrink()
        case .drainStep: drainStep()
        }
    }
}

/// Error codes of a GOAWAY that we send on our own account (RFC 9113, section 7).
enum GoAwayCode: UInt32 {
    case none = 0
    case `protocol` = 1
    case `internal` = 2
    case flowControl = 3
    case streamClosed = 5
    case frameSize = 6
    case enhanceYourCalm = 11
}
