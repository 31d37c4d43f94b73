internal import WeirBase
internal import WeirFilter

/// The codec of one connection to Redis. Commands are sent as they come, and replies come in the
/// order of the commands.
final class RedisConnection: ClientCodec {
    let host: any ClientHost
    let settings: Settings
    private let reader: ReplyReader?
    private var commands = CommandCounter()
    private var greeting: Greeting
    /// Requests that are not complete.
    private var gathering: [RedisStream] = []
    /// Commands that are complete and not yet written.
    private var outgoing = Fifo<RedisStream>()
    /// Commands that were written and wait for their replies.
    private var waiting = Fifo<RedisStream>()
    /// Streams whose receiver has to be told something at the end of the turn.
    private var due: [RedisStream] = []
    /// Streams whose receiver has not taken all of its response.
    private var held: [RedisStream] = []
    /// What has been received of a response that is not complete, and how much of it was read.
    private var partial: [UInt8] = []
    private var readSize = 0

    private(set) var streamCount = 0
    private var opened = 0
    private(set) var isDraining = false
    private var isEnding = false
    private var isTimed = false

    init(_ host: any ClientHost, _ settings: Settings) {
        self.host = host
        self.settings = settings
        reader = ReplyReader()
        greeting = Greeting(settings)
    }

    func start() {
        if reader == nil { return end("redis_out_of_memory") }
        if !greeting.isOver { host.schedule() }
    }

    // MARK: Streams

    var capacity: Int {
        greeting.isOver && !isDraining && !isEnding ? max(0, settings.pipeline - streamCount) : 0
    }

    func open(_ receiver: any UpstreamReceiver) -> any UpstreamStream {
        let stream = RedisStream(self, receiver)
        gathering.append(stream)
        streamCount += 1
        opened += 1
        let bound = host.limits.streamsPerConnection
        if bound > 0 && opened >= bound { drain() }
        return stream
    }

    func drain() {
        isDraining = true
        if streamCount == 0 { end(nil) }
    }

    /// The request is complete.
    func complete(_ stream: RedisStream) {
        gathering.removeAll { $0 === stream }
        let command = stream.command
        guard let count = commands.count(command.span) else {
            return fail(stream, "redis_bad_command")
        }
        stream.repliesLeft = count
        stream.phase = .outgoing
        outgoing.append(stream)
        host.schedule()
    }

    /// There will be no response; the receiver is told later.
    func fail(_ stream: RedisStream, _ cause: StaticString) {
        gathering.removeAll { $0 === stream }
        stream.phase = .failed(UpstreamFailure(status: 502, cause: cause))
        tellLater(stream)
    }

    /// Nobody waits for the response any more. One that is on its way is read all the same.
    func cancelled(_ stream: RedisStream) {
        switch stream.phase {
        case .gathering:
            gathering.removeAll { $0 === stream }
            over(stream)
        case .held:
            held.removeAll { $0 === stream }
            over(stream)
        // The end of the turn lets go of it.
        case .failed, .outgoing: host.schedule()
        case .waiting, .over: break
        }
    }

    func tellLater(_ stream: RedisStream) {
        due.append(stream)
        host.schedule()
    }

    private func over(_ stream: RedisStream) {
        stream.phase = .over
        streamCount -= 1
        host.streamEnded()
        if isDraining && streamCount == 0 { end(nil) }
    }

    // MARK: Sending

    func produce() -> Bool {
        tellDue()
        let output = host.output
        if !greeting.bytes.isEmpty {
            let bytes = greeting.bytes
            output.write(bytes.span)
            greeting.sent()
        }
        guard greeting.isOver, !isEnding else { return false }
        while let stream = outgoing.first {
            if output.count >= host.outputBound { return true }
            _ = outgoing.popFirst()
            if stream.receiver == nil {
                over(stream)
                continue
            }
            let command = stream.command
            output.write(command.span)
            stream.command = []
            stream.phase = .waiting
            stream.sent = host.now
            waiting.append(stream)
            if !isTimed { time(stream) }
        }
        return false
    }

    private func tellDue() {
        guard !due.isEmpty else { return }
        let streams = due
        due.removeAll(keepingCapacity: true)
        for stream in streams {
            switch stream.phase {
            case .failed(let failure):
                let receiver = stream.receiver.take()
                over(stream)
                receiver?.upstreamFailed(failure)
            case .held: offerRest(stream)
            case .gathering, .outgoing, .waiting, .over: break
            }
        }
    }

    // MARK: Time

    private func time(_ stream: RedisStream) {
        isTimed = true
        host.wake(at: stream.sent + settings.replyTimeout)
    }

    func wakeUp() {
        isTimed = false
        guard let oldest = waiting.first, !isEnding else { return }
        if oldest.sent + settings.replyTimeout > host.now { return time(oldest) }
        end("redis_reply_timeout")
    }

    // MARK: Receiving

    func receive(_ bytes: Span<UInt8>) -> Int {
        guard !isEnding, let reader else { return bytes.count }
        guard reader.feed(bytes) else {
            end("redis_out_of_memory")
            return bytes.count
        }
        var start = 0
        while !isEnding {
            let (step, size) = reader.next()
            readSize += size
            if step == .broken { end("redis_protocol_error") }
            guard case .value = step else { break }
            if readSize > settings.maxReply { return tooLarge(bytes) }
            // Those of several replies to one request go together.
            if let stream = waiting.first, stream.repliesLeft > 1 {
                stream.repliesLeft -= 1
                continue
            }
            let next = start + readSize - partial.count
            let last = bytes.extracting(start..<next)
            if partial.isEmpty {
                replied(last)
            } else {
                partial.append(copying: last)
                let whole = partial
                partial.removeAll(keepingCapacity: whole.count <= 4096)
                replied(whole.span)
            }
            start = next
            readSize = 0
        }
        if isEnding { return bytes.count }
        partial.append(copying: bytes.extracting(start...))
        if partial.count > settings.maxReply { return tooLarge(bytes) }
        return bytes.count
    }

    private func tooLarge(_ bytes: Span<UInt8>) -> Int {
        end("redis_reply_too_large")
        return bytes.count
    }

    private func replied(_ reply: Span<UInt8>) {
        if !greeting.isOver {
            if let cause = greeting.answered(reply) { return end(cause) }
            if greeting.isOver { host.capacityChanged() }
            return
        }
        // After it, no reply could be told from another's.
        guard let stream = waiting.popFirst() else { return end("redis_unexpected_reply") }
        guard let receiver = stream.receiver else { return over(stream) }
        receiver.upstreamResponse.clear()
        receiver.upstreamResponse.status = 200
        receiver.upstreamHead(framing: .length(Int64(reply.count)), upgraded: false)
        guard let receiver = stream.receiver else { return over(stream) }
        let taken = receiver.upstreamBody(reply)
        if taken == reply.count { return finish(stream) }
        guard stream.receiver != nil else { return over(stream) }
        stream.rest.append(copying: reply.extracting(taken...))
        stream.phase = .held
        held.append(stream)
    }

    private func offerRest(_ stream: RedisStream) {
        guard let receiver = stream.receiver else { return }
        let rest = stream.rest
        let taken = receiver.upstreamBody(rest.span)
        stream.rest.removeFirst(min(taken, stream.rest.count))
        guard stream.rest.isEmpty, stream.phase.isHeld else { return }
        held.removeAll { $0 === stream }
        finish(stream)
    }

    private func finish(_ stream: RedisStream) {
        let receiver = stream.receiver.take()
        over(stream)
        receiver?.upstreamEnd(HeaderMap())
    }

    // MARK: The end

    /// The host ends the connection by itself.
    func inputEnded() {}

    private func end(_ cause: StaticString?) {
        guard !isEnding else { return }
        isEnding = true
        host.end(cause)
    }

    func closed(_ cause: StaticString?) {
        isEnding = true
        let name = cause ?? "upstream_closed_early"
        let unsent = UpstreamFailure(status: 502, cause: name, retry: .always)
        // Redis may have done what it was told: to say it again would do it twice.
        let lost = UpstreamFailure(status: 502, cause: name)
        for stream in gathering { lose(stream, unsent) }
        while let stream = outgoing.popFirst() { lose(stream, unsent) }
        while let stream = waiting.popFirst() { lose(stream, lost) }
        for stream in held { lose(stream, .truncated) }
        for stream in due {
            if case .failed(let failure) = stream.phase { lose(stream, failure) }
        }
        gathering = []
        held = []
        due = []
    }

    private func lose(_ stream: RedisStream, _ failure: UpstreamFailure) {
        let receiver = stream.receiver.take()
        over(stream)
        receiver?.upstreamFailed(failure)
    }
}
