internal import WeirBase

/// How one message passes an asynchronous filter: how long it waits, and what becomes of its body.
final class BodyCarriage {
    private let body: MessageBody
    /// Whether the message has been sent on, so that its body passes.
    private(set) var isSent = false
    /// Whether the engine was asked for the whole body.
    private var isCollecting = false
    private var transform: BodyTransform?
    /// What brings the message back, while it is paused.
    private var token: PauseToken?

    init(_ body: MessageBody) { self.body = body }

    /// The verdict that lets the message go on.
    func send(hasBody: Bool) -> Verdict {
        body.isGone = true
        isSent = true
        // Only a filter that collects is shown the body of a message without one, to fill it.
        if case .replace = body.plan, !hasBody, !isCollecting {
            isCollecting = true
            return .buffer(upTo: 0)
        }
        return .continue
    }

    /// The verdict that has the engine collect the body, if that is what is wanted now.
    func collect() -> Verdict? {
        guard case .wanted(let limit) = body.collection else { return nil }
        body.collection = .underway
        isCollecting = true
        return .buffer(upTo: limit)
    }

    /// Hands the collected body to the task.
    func receive(_ chunk: BodyChunk) {
        guard case .underway = body.collection else { return }
        body.collection = .done(chunk.bytes)
        body.wait.finish(.success(chunk.bytes))
    }

    /// The task between, if there is to be one; begun with the first piece.
    func transform(
        _ begin: (@escaping (AsyncRun) async -> Void) -> Void
    ) -> BodyTransform? {
        if let transform { return transform }
        guard case .transform(let closure) = body.plan else { return nil }
        let transform = BodyTransform(closure)
        self.transform = transform
        begin { _ in await transform.run() }
        return transform
    }

    /// Does with a piece what the filter wants, but for what a task does.
    func carry(_ chunk: BodyChunk, isLast: Bool) throws {
        switch body.plan {
        case .pass, .transform: break
        case .replace(let bytes):
            chunk.bytes = isLast ? bytes : ByteString()
        case .edit(let edit): try edit(chunk, isLast)
        }
        guard isLast else { return }
        if !body.trailerEdits.isEmpty || transform?.trailers.isEmpty == false {
            chunk.expectTrailers()
        }
    }

    /// Changes the trailers as the filter wants.
    func edit(_ trailers: inout HeaderMap) throws {
        if let left = transform?.trailers {
            for index in 0..<left.count {
                trailers.append(
                    name: left.name(at: index), known: left.known(at: index), left.value(at: index))
            }
        }
        for edit in body.trailerEdits { try edit(&trailers) }
    }

    // MARK: Waiting

    /// The verdict that has the message wait until `askAgain`.
    func pause(_ stream: FilterStream) -> Verdict {
        stream.pause { token in self.token = consume token }
    }

    /// Has the filter be asked again, if the message waits.
    func askAgain() { token.take()?.askAgain() }

    // MARK: The end of the stream

    var hasOpenWaits: Bool { transform?.hasOpenWaits ?? false }

    func cancel() {
        token = nil
        transform?.cancel()
    }
}
