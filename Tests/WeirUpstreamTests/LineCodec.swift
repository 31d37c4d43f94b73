import WeirBase
import WeirFilter

/// A codec for tests that carries several requests at a time in lines of text.
///
/// We send `ask N /PATH` and `stop N`. The endpoint sends `head N STATUS`, `body N TEXT`, `end N`,
/// `reset N`, `room N` for how many streams may be open at a time, `bye` when it takes no more of
/// them, and `fault` for what breaks its rules.
struct LineCodec: CodecFactory {
    struct Configuration: Decodable {}

    static let name = "line"
    static let applicationProtocol = "line"
    static let preface: StaticString = ""
    static let documentation = FilterDocumentation(
        summary: "Lines.", status: .alpha,
        securityPosture: .requiresTrustedDownstreamAndUpstream, phases: [], fields: [])

    /// How many streams may be open before the endpoint says so.
    let room: Int
    /// Tells of each connection.
    var onMake: @Sendable () -> Void = {}

    init(_ configuration: Configuration) throws { self.init(room: 1) }
    init(room: Int) { self.room = room }

    func makeServer(_ host: any ServerHost) -> any ServerCodec {
        preconditionFailure("clusters have no clients")
    }

    func makeClient(_ host: any ClientHost) -> any ClientCodec {
        onMake()
        return LineClient(host, room: room)
    }
}

/// The codec of one connection.
final class LineClient: ClientCodec {
    private let host: any ClientHost
    private var room: Int
    private var streams: [Int: LineStream] = [:]
    private var opened = 0
    private var partial = ""
    private(set) var isDraining = false
    /// What `produce` is going to send.
    private var lines = ""

    init(_ host: any ClientHost, room: Int) {
        self.host = host
        self.room = room
    }

    var streamCount: Int { streams.count }
    var capacity: Int { isDraining ? 0 : max(0, room - streams.count) }

    func start() {}
    func wakeUp() {}
    func inputEnded() {}

    func open(_ receiver: any UpstreamReceiver) -> any UpstreamStream {
        opened += 1
        let stream = LineStream(opened, receiver, self)
        streams[opened] = stream
        let bound = host.limits.streamsPerConnection
        if bound > 0 && opened >= bound { isDraining = true }
        return stream
    }

    func receive(_ bytes: Span<UInt8>) -> Int {
        partial += ByteString(bytes).description
        while let end = partial.firstIndex(of: "\n") {
            let line = partial[..<end]
            partial = String(partial[partial.index(after: end)...])
            handle(line.split(separator: " ").map(String.init))
        }
        return bytes.count
    }

    private func handle(_ words: [String]) {
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        let receiver = streams[number]?.receiver
        switch words[0] {
        case "head":
            receiver?.upstreamResponse.status = Int(words[2]) ?? 0
            receiver?.upstreamHead(framing: .chunked, upgraded: false)
        case "body": _ = receiver?.upstreamBody(ByteString(words[2]).span)
        case "end":
            remove(number)
            receiver?.upstreamEnd(HeaderMap())
        case "reset":
            remove(number)
            receiver?.upstreamFailed(.reset)
        case "room":
            room = number
            host.capacityChanged()
        case "bye":
            drain()
            host.capacityChanged()
        default: host.end("line_fault")
        }
    }

    fileprivate func send(_ line: String) {
        lines += line + "\n"
        host.schedule()
    }

    fileprivate func remove(_ number: Int) {
        guard streams.removeValue(forKey: number) != nil else { return }
        host.streamEnded()
        if isDraining && streams.isEmpty { host.end(nil) }
    }

    func produce() -> Bool {
        if !lines.isEmpty { host.output.write(lines) }
        lines = ""
        return false
    }

    func drain() {
        isDraining = true
        if streams.isEmpty { host.end(nil) }
    }

    func closed(_ cause: StaticString?) {
        for (number, stream) in streams.sorted(by: { $0.key < $1.key }) {
            streams[number] = nil
            host.streamEnded()
            stream.receiver.upstreamFailed(.reset)
        }
    }
}

/// One request of a connection.
final class LineStream: UpstreamStream {
    fileprivate let receiver: any UpstreamReceiver
    private let number: Int
    private let client: LineClient

    fileprivate init(_ number: Int, _ receiver: any UpstreamReceiver, _ client: LineClient) {
        self.number = number
        self.receiver = receiver
        self.client = client
    }

    var endpointName: String { "line" }

    func sendHead(_ head: RequestHead, framing: BodyFraming, upgrade: Bool) {
        client.send("ask \(number) \(head.path)")
    }

    func sendBody(_ bytes: Span<UInt8>) -> Int { bytes.count }
    func sendEnd(_ trailers: borrowing HeaderMap) {}
    func startTunnel() {}
    func resumeResponse() {}

    func cancel() {
        client.send("stop \(number)")
        client.remove(number)
    }
}
