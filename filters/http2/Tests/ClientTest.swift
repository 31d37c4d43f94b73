import WeirBase
import WeirFilter

@testable import Http2Filter

/// A client codec with a server made of raw frames.
final class ClientTest {
    let host = FakeClientHost()
    let codec: any ClientCodec
    let reader = FrameReader()
    private(set) var frames: [RawFrame] = []
    private var heads: [(stream: UInt32, fields: [(name: String, value: String)])] = []
    private(set) var isClosed = false
    private var hasPreface = false
    var pieceSize: Int?

    init(
        _ configure: (inout Http2.Configuration) -> Void = { _ in },
        host change: (FakeClientHost) -> Void = { _ in },
        settings: [(UInt16, UInt32)]? = [], pieceSize: Int? = nil
    ) throws {
        var configuration = Http2.Configuration()
        configure(&configuration)
        change(host)
        codec = try Http2(configuration).makeClient(host)
        self.pieceSize = pieceSize
        codec.start()
        turn()
        if let settings { send([.settings(settings), .settings(ack: true)]) }
    }

    /// Asks, and returns who did.
    func ask(
        _ head: RequestHead = requestHead(), framing: BodyFraming = .none, upgrade: Bool = false,
        body: String? = nil
    ) -> FakeCaller {
        let caller = FakeCaller()
        caller.upstreamMethod = head.method
        caller.calling {
            let stream = codec.open(caller)
            caller.stream = stream
            stream.sendHead(head, framing: framing, upgrade: upgrade)
            if let body {
                _ = stream.sendBody(body.utf8.span)
                stream.sendEnd(HeaderMap())
            }
        }
        turn()
        return caller
    }

    func send(_ frames: [RawFrame]) {
        let bytes = frames.flatMap(\.bytes)
        var start = 0
        while start < bytes.count && !isClosed {
            let end = min(bytes.count, start + (pieceSize ?? bytes.count))
            _ = codec.receive(bytes.span.extracting(start..<end))
            turn()
            start = end
        }
    }

    func turn() {
        while !isClosed {
            if host.isScheduled {
                host.isScheduled = false
                var more = true
                while more {
                    more = codec.produce()
                    collect()
                }
            } else if host.hasEnded {
                close(nil)
            } else {
                return
            }
        }
    }

    func close(_ cause: StaticString?) {
        isClosed = true
        codec.closed(cause)
    }

    private func collect() {
        let output = host.output
        var bytes = output.bytes.array
        output.clear()
        if !hasPreface && bytes.count >= 24 {
            hasPreface = true
            bytes.removeFirst(24)
        }
        for frame in reader.read(bytes) {
            frames.append(frame)
            if frame.type == 1 { heads.append((frame.stream, reader.fields(of: frame.payload))) }
        }
    }

    func advance(_ interval: Interval) {
        let end = host.now + interval
        while !isClosed && host.wakeTime <= end {
            host.now = max(host.now, host.wakeTime)
            host.wakeTime = .never
            codec.wakeUp()
            turn()
        }
        host.now = end
    }

    func frames(of type: UInt8, on stream: UInt32? = nil) -> [RawFrame] {
        frames.filter { $0.type == type && (stream == nil || $0.stream == stream) }
    }

    func fields(_ stream: UInt32, _ index: Int = 0) -> [(name: String, value: String)] {
        let own = heads.filter { $0.stream == stream }
        return index < own.count ? own[index].fields : []
    }

    func field(_ stream: UInt32, _ name: String) -> String? {
        fields(stream).first { $0.name == name }?.value
    }

    func body(_ stream: UInt32) -> String {
        String(decoding: frames(of: 0, on: stream).flatMap(\.payload), as: UTF8.self)
    }

    func isEnded(_ stream: UInt32) -> Bool {
        frames.contains {
            ($0.type == 0 || $0.type == 1) && $0.stream == stream && $0.flags & 1 != 0
        }
    }

    func resetCode(_ stream: UInt32) -> UInt32? { frames(of: 3, on: stream).first?.number(at: 0) }
    var goAwayCode: UInt32? { frames(of: 7).last?.number(at: 4) }
}
