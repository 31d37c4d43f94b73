import Foundation
import Testing
import WeirLiveTesting

/// What two servers could read differently is refused before anything reaches an upstream.
@Suite struct StrictnessTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let status: Int
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ status: Int = 400) {
            self.name = name
            // One byte for each scalar, so that any byte can stand in a table of text.
            bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            self.status = status
        }

        /// A GET with these lines beside Host.
        static func field(_ name: String, _ lines: String, _ status: Int = 400) -> Case {
            Case(name, "GET / HTTP/1.1\r\nhost: a\r\n\(lines)\r\n\r\n", status)
        }

        /// A POST with these lines and a body to match.
        static func framing(_ name: String, _ lines: String, _ status: Int = 400) -> Case {
            Case(
                name, "POST / HTTP/1.1\r\nhost: a\r\n\(lines)\r\n\r\n3\r\nabc\r\n0\r\n\r\n", status)
        }

        /// A chunked POST with this body.
        static func chunks(_ name: String, _ body: String, _ status: Int = 400) -> Case {
            Case(
                name,
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n\(body)", status)
        }
    }

    static let lengths: [Case] = [
        .framing("CL with TE", "content-length: 3\r\ntransfer-encoding: chunked"),
        .framing("TE with CL", "transfer-encoding: chunked\r\ncontent-length: 3"),
        .framing("two equal CL", "content-length: 3\r\ncontent-length: 3"),
        .framing("two CL", "content-length: 3\r\ncontent-length: 4"),
        .framing("list of CL", "content-length: 3, 3"),
        .framing("negative CL", "content-length: -1"),
        .framing("signed CL", "content-length: +3"),
        .framing("hexadecimal CL", "content-length: 0x3"),
        .framing("empty CL", "content-length:"),
        .framing("CL in two words", "content-length: 1 2"),
        .framing("fractional CL", "content-length: 3.0"),
        .framing("CL overflow", "content-length: 18446744073709551617"),
        .framing("long CL overflow", "content-length: 99999999999999999999999999"),
        .framing("unknown TE", "transfer-encoding: gzip", 501),
        .framing("TE before chunked", "transfer-encoding: gzip, chunked", 501),
        .framing("identity", "transfer-encoding: identity", 501),
        .framing("almost chunked", "transfer-encoding: xchunked", 501),
        .framing("chunked twice", "transfer-encoding: chunked, chunked"),
        .framing(
            "chunked in two fields", "transfer-encoding: chunked\r\ntransfer-encoding: chunked"),
        .framing("TE after chunked", "transfer-encoding: chunked, gzip"),
        .framing("quoted TE", "transfer-encoding: \"chunked\""),
        .framing("TE with a control byte", "transfer-encoding: \u{B}chunked"),
        .framing("empty TE", "transfer-encoding:"),
        Case("TE in HTTP/1.0", "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    static let fields: [Case] = [
        Case("bare LF everywhere", "GET / HTTP/1.1\nhost: a\n\n"),
        Case("bare LF after the request line", "GET / HTTP/1.1\nhost: a\r\n\r\n"),
        Case("bare LF at the end", "GET / HTTP/1.1\r\nhost: a\r\n\n"),
        .field("bare LF after a field", "x: y\nz: w"),
        .field("bare CR in a value", "x: y\rz: w"),
        .field("bare CR before a name", "\rx: y"),
        .field("folded line", "x: y\r\n z"),
        .field("folded by a tab", "x: y\r\n\tz"),
        Case("folded first line", "GET / HTTP/1.1\r\n host: a\r\n\r\n"),
        .field("space before the colon", "x : y"),
        .field("tab before the colon", "x\t: y"),
        .field("CL with a space before the colon", "content-length : 3"),
        .field("space in a name", "x y: z"),
        .field("NUL in a name", "x\u{0}: y"),
        .field("non-ASCII in a name", "x\u{E9}: y"),
        .field("brackets in a name", "x[]: y"),
        .field("no name", ": y"),
        .field("no colon", "nothing"),
        .field("NUL in a value", "x: a\u{0}b"),
        .field("control byte in a value", "x: a\u{1}b"),
        .field("escape in a value", "x: a\u{1B}[31m"),
        .field("DEL in a value", "x: a\u{7F}b"),
        .field("unknown expectation", "expect: miracles", 417),
    ]

    static let lines: [Case] = [
        Case("no Host", "GET / HTTP/1.1\r\nx: y\r\n\r\n"),
        .field("two Hosts", "host: a"),
        .field("two different Hosts", "host: b"),
        Case("list of hosts", "GET / HTTP/1.1\r\nhost: a, b\r\n\r\n"),
        Case("Host with a space", "GET / HTTP/1.1\r\nhost: a b\r\n\r\n"),
        Case("Host with a slash", "GET / HTTP/1.1\r\nhost: a/b\r\n\r\n"),
        Case("Host with a user", "GET / HTTP/1.1\r\nhost: u@a\r\n\r\n"),
        Case("Host with a bad port", "GET / HTTP/1.1\r\nhost: a:b\r\n\r\n"),
        Case("Host with a port too high", "GET / HTTP/1.1\r\nhost: a:65536\r\n\r\n"),
        Case("method of other characters", "GE@T / HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("no method", " / HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("two spaces", "GET  / HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("tab for a space", "GET\t/\tHTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("space at the end", "GET / HTTP/1.1 \r\nhost: a\r\n\r\n"),
        Case("space in the target", "GET /a b HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("relative target", "GET a HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("empty target", "GET HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("control byte in the target", "GET /a\u{1}b HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("NUL in the target", "GET /a\u{0}b HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("fragment", "GET /a#b HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("asterisk for GET", "GET * HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("other scheme", "GET ftp://a/ HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("user in the target", "GET http://u:p@a/ HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("no host in the target", "GET http:///a HTTP/1.1\r\nhost: a\r\n\r\n"),
        Case("no version", "GET /\r\nhost: a\r\n\r\n"),
        Case("version in lower case", "GET / http/1.1\r\nhost: a\r\n\r\n"),
        Case("long version", "GET / HTTP/1.10\r\nhost: a\r\n\r\n"),
        Case("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        Case("HTTP/3", "GET / HTTP/3.0\r\nhost: a\r\n\r\n", 505),
        Case("TLS", "\u{16}\u{3}\u{1}\u{0}\u{A5}\u{1}\u{0}\u{0}\u{A1}\u{3}\u{3}\r\n\r\n"),
        Case(
            "long target",
            "GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n\r\n", 414),
        .field("long field", "x: " + String(repeating: "a", count: 40_000), 431),
        .field(
            "too many fields", (0..<101).map { "x\($0): y" }.joined(separator: "\r\n"), 431),
    ]

    static let bodies: [Case] = [
        .chunks("no size", "\r\nabc\r\n0\r\n\r\n"),
        .chunks("no digit", "g\r\nabc\r\n0\r\n\r\n"),
        .chunks("negative size", "-3\r\nabc\r\n0\r\n\r\n"),
        .chunks("prefixed size", "0x3\r\nabc\r\n0\r\n\r\n"),
        .chunks("space before the size", " 3\r\nabc\r\n0\r\n\r\n"),
        .chunks("size overflow", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
        .chunks("long size", String(repeating: "0", count: 300) + "3\r\nabc\r\n0\r\n\r\n"),
        .chunks("bare LF after the size", "3\nabc\r\n0\r\n\r\n"),
        .chunks("bare LF in an extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
        .chunks("bare LF after the data", "3\r\nabc\n0\r\n\r\n"),
        .chunks("data too long", "3\r\nabcd\r\n0\r\n\r\n"),
        .chunks("long extension", "3;a=" + String(repeating: "b", count: 5000) + "\r\nabc\r\n"),
        .chunks("bare LF at the end", "3\r\nabc\r\n0\r\n\n"),
        .chunks("bad trailer", "3\r\nabc\r\n0\r\nx y: z\r\n\r\n"),
        .chunks("folded trailer", "3\r\nabc\r\n0\r\nx: y\r\n z\r\n\r\n"),
        .chunks("framing in a trailer", "3\r\nabc\r\n0\r\ncontent-length: 3\r\n\r\n"),
        .chunks("too many trailers", "0\r\n" + String(repeating: "x: y\r\n", count: 101), 431),
    ]

    @Test(arguments: [
        ("lengths", lengths), ("fields", fields), ("lines", lines), ("bodies", bodies),
    ])
    func isRefused(_ group: String, _ cases: [Case]) throws {
        let isBody = group == "bodies"
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        for wrong in cases {
            let client = try gateway.client()
            try? client.send(wrong.bytes)
            let response = try client.response()
            #expect(response.status == wrong.status, "\(wrong.name)")
            #expect(response["connection"] == "close", "\(wrong.name)")
            #expect(response.cause?.isEmpty == false, "\(wrong.name)")
            #expect(client.isClosed(), "\(wrong.name)")
        }
        if isBody {
            // What came before the mistake may be on its way already, but never as a whole.
            #expect(origin.requests.isEmpty)
            try eventually("they are cut off") { origin.endedCount == origin.connectionCount }
            #expect(try gateway.client().get().status == 200)
        } else {
            try expectNothing(has: origin, gateway)
        }
        try eventually("each is logged") { gateway.accessLog().count == cases.count + 1 }
    }

    @Test(arguments: [("lengths", lengths), ("fields", fields), ("lines", lines)])
    func isRefusedByteByByte(_ group: String, _ cases: [Case]) throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin)
        for wrong in cases where wrong.bytes.count < 200 {
            let client = try gateway.client()
            for byte in wrong.bytes { try? client.send([byte]) }
            #expect(try client.response().status == wrong.status, "\(wrong.name)")
        }
        try expectNothing(has: origin, gateway)
    }

    /// The gateway goes on, and the first bytes that the origin gets are those of a good request.
    private func expectNothing(has origin: Origin, _ gateway: Gateway) throws {
        let nothing = origin.received.joined().isEmpty
        #expect(nothing, "\(Array(origin.received.joined()).text)")
        #expect(try gateway.client().get("/good").status == 200)
        let after = Array(origin.received.joined()).text
        #expect(after.hasPrefix("GET /good ") && origin.requests.count == 1)
    }

    @Test func whatFollowsARequestMustBeARequest() throws {
        let origin = try Origin(answering: Answer.echo)
        let client = try Gateway(to: origin).client()
        try client.send(
            "POST /one HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabcdef\u{1}\r\n\r\n"
                + "GET /two HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(try client.response().body.text == "POST /one HTTP/1.1\nabc")
        let response = try client.response()
        #expect(response.status == 400 && response["connection"] == "close")
        #expect(client.isClosed())
        #expect(origin.requests.count == 1)
    }

    @Test func bodiesAreBounded() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.listener = ["limits: {body: 10}"]
            $0.routes = ["match: {path: /large}, to: origin, body-limit: 20"]
        }
        let cases: [(path: String, count: Int, status: Int)] = [
            ("/", 10, 200), ("/", 11, 413), ("/large", 20, 200), ("/large", 21, 413),
        ]
        for (path, count, status) in cases {
            let body = String(repeating: "a", count: count)
            let head = "POST \(path) HTTP/1.1\r\nhost: a\r\n"
            let size = String(count, radix: 16)
            for rest in [
                "content-length: \(count)\r\n\r\n\(body)",
                "transfer-encoding: chunked\r\n\r\n\(size)\r\n\(body)\r\n0\r\n\r\n",
                "transfer-encoding: chunked\r\n\r\n1\r\na\r\n"
                    + String(repeating: "1\r\na\r\n", count: count - 1) + "0\r\n\r\n",
            ] {
                let response = try gateway.client().exchange(head + rest)
                #expect(response.status == status, "\(path) \(count)")
                if status == 413 { #expect(response.cause == "body_too_large") }
            }
        }
        #expect(origin.requests.allSatisfy { $0.body.count <= 20 })
    }
}
