/// Requests that two servers could read differently, and what each is refused with.
enum RequestCorpus {
    static let all =
        lengths + codings + lines + names + values + hosts + requestLines + targets + versions

    /// A request with these field lines after Host.
    private static func post(_ fields: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    static let lengths = [
        Sample("plus sign", post("Content-Length: +5\r\n"), 400, "bad_content_length"),
        Sample("minus sign", post("Content-Length: -5\r\n"), 400, "bad_content_length"),
        Sample("minus zero", post("Content-Length: -0\r\n"), 400, "bad_content_length"),
        Sample("list of equals", post("Content-Length: 5, 5\r\n"), 400, "bad_content_length"),
        Sample("list", post("Content-Length: 5,6\r\n"), 400, "bad_content_length"),
        Sample("list begun", post("Content-Length: ,5\r\n"), 400, "bad_content_length"),
        Sample("hexadecimal", post("Content-Length: 0x5\r\n"), 400, "bad_content_length"),
        Sample("fraction", post("Content-Length: 5.0\r\n"), 400, "bad_content_length"),
        Sample("exponent", post("Content-Length: 1e2\r\n"), 400, "bad_content_length"),
        Sample("underscore", post("Content-Length: 1_0\r\n"), 400, "bad_content_length"),
        Sample("quoted", post("Content-Length: \"5\"\r\n"), 400, "bad_content_length"),
        Sample("empty", post("Content-Length:\r\n"), 400, "bad_content_length"),
        Sample("blank", post("Content-Length:  \t \r\n"), 400, "bad_content_length"),
        Sample("inner space", post("Content-Length: 1 0\r\n"), 400, "bad_content_length"),
        Sample("inner tab", post("Content-Length: 1\t0\r\n"), 400, "bad_content_length"),
        Sample("other digits", post("Content-Length: ٥\r\n"), 400, "bad_content_length"),
        Sample(
            "2^63", post("Content-Length: 9223372036854775808\r\n"), 400, "bad_content_length"),
        Sample(
            "2^64 + 5", post("Content-Length: 18446744073709551621\r\n"), 400,
            "bad_content_length"),
        Sample(
            "many zeros", post("Content-Length: 00000000000000000000000000005\r\n"), 400,
            "bad_content_length"),
        Sample(
            "twice, equal", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400,
            "several_content_lengths"),
        Sample(
            "twice, different", post("Content-Length: 5\r\nX: y\r\ncontent-length: 6\r\n"), 400,
            "several_content_lengths"),
        Sample(
            "twice, one zero", post("Content-Length: 0\r\nContent-Length: 44\r\n"), 400,
            "several_content_lengths"),
        Sample(
            "with chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400,
            "content_length_with_transfer_encoding"),
        Sample(
            "after chunked", post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"), 400,
            "content_length_with_transfer_encoding"),
    ]

    private static func coded(_ coding: String) -> String {
        post("Transfer-Encoding:\(coding)\r\n")
    }

    static let codings = [
        Sample("chunked twice", coded(" chunked, chunked"), 400, "bad_transfer_encoding"),
        Sample(
            "chunked on two lines", coded(" chunked\r\nTransfer-Encoding: chunked"), 400,
            "bad_transfer_encoding"),
        Sample(
            "chunked, then identity", coded(" chunked\r\nTransfer-Encoding: identity"), 400,
            "bad_transfer_encoding"),
        Sample("chunked not last", coded(" chunked, gzip"), 400, "bad_transfer_encoding"),
        Sample("empty member first", coded(" , chunked"), 400, "bad_transfer_encoding"),
        Sample("empty member last", coded(" chunked,"), 400, "bad_transfer_encoding"),
        Sample("no member", coded(""), 400, "bad_transfer_encoding"),
        Sample("parameter", coded(" chunked;q=1"), 400, "bad_transfer_encoding"),
        Sample("quoted", coded(" \"chunked\""), 400, "bad_transfer_encoding"),
        Sample("two words", coded(" chunked identity"), 400, "bad_transfer_encoding"),
        Sample("unknown", coded(" xchunked"), 501, "unknown_transfer_encoding"),
        Sample("identity", coded(" identity"), 501, "unknown_transfer_encoding"),
        Sample("not last known", coded(" gzip, chunked"), 501, "unknown_transfer_encoding"),
        Sample("cow", coded(" cow"), 501, "unknown_transfer_encoding"),
        Sample("vertical tab", coded(" \u{0B}chunked"), 400, "bad_header_value"),
        Sample("form feed", coded(" chunked\u{0C}"), 400, "bad_header_value"),
        Sample(
            "space in the name", post("Transfer-Encoding : chunked\r\n"), 400,
            "space_before_colon"),
        Sample(
            "tab in the name", post("Transfer-Encoding\t: chunked\r\n"), 400, "space_before_colon"),
        Sample(
            "non-breaking space", post("Transfer-Encoding: \u{A0}chunked\r\n"), 400,
            "bad_transfer_encoding"),
        Sample(
            "folded", post("Transfer-Encoding:\r\n chunked\r\n"), 400, "bad_transfer_encoding"),
        Sample(
            "HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
            "transfer_encoding_in_http_1_0"),
    ]

    static let lines = [
        Sample("LF alone", post("A: b\nC: d\r\n"), 400, "bare_lf"),
        Sample("LF LF", "GET / HTTP/1.1\r\nHost: a\n\n", 400, "bare_lf"),
        Sample("LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bare_lf"),
        Sample("LF in the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare_lf"),
        Sample("LF after the target", "GET /\nHost: a\r\n\r\n", 400, "bare_lf"),
        Sample("LF after the method", "GET\n", 400, "bare_lf"),
        Sample("CR in a value", post("A: b\rC: d\r\n"), 400, "bare_cr"),
        Sample("CR in a name", post("A\r: d\r\n"), 400, "bad_header_name"),
        Sample("CR CR LF", post("A: b\r\r\n"), 400, "bare_cr"),
        Sample("CR before the end", "GET / HTTP/1.1\r\nHost: a\r\n\rX\r\n", 400, "bare_cr"),
        Sample("CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "bare_cr"),
        Sample(
            "CR in the target", "GET /\r/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Sample("folded with a space", post("A: b\r\n c\r\n"), 400, "line_folding"),
        Sample("folded with a tab", post("A: b\r\n\tc\r\n"), 400, "line_folding"),
        Sample("folded at once", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "line_folding"),
        Sample(
            "two empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample("LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare_lf"),
        Sample("CR first", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bare_cr"),
    ]

    static let names = [
        Sample("space before the colon", post("A : b\r\n"), 400, "space_before_colon"),
        Sample("no colon", post("Abc\r\n"), 400, "bad_header_name"),
        Sample("empty name", post(": b\r\n"), 400, "bad_header_name"),
        Sample("NUL", post("A\0: b\r\n"), 400, "bad_header_name"),
        Sample("DEL", post("A\u{7F}: b\r\n"), 400, "bad_header_name"),
        Sample("beyond ASCII", post("Ä: b\r\n"), 400, "bad_header_name"),
        Sample("quote", post("A\": b\r\n"), 400, "bad_header_name"),
        Sample("parenthesis", post("A(b): c\r\n"), 400, "bad_header_name"),
        Sample("at sign", post("A@: c\r\n"), 400, "bad_header_name"),
        Sample("slash", post("A/b: c\r\n"), 400, "bad_header_name"),
        Sample("bracket", post("A[b]: c\r\n"), 400, "bad_header_name"),
        Sample("second request line", post("GET /x HTTP/1.1\r\n"), 400, "space_before_colon"),
    ]

    static let values =
        (0...0x1F).filter { ![0x09, 0x0A, 0x0D].contains($0) }.map { byte in
            Sample(
                "control byte \(byte)", post("A: b\(Character(UnicodeScalar(UInt8(byte))))c\r\n"),
                400, "bad_header_value")
        } + [
            Sample("DEL in a value", post("A: b\u{7F}\r\n"), 400, "bad_header_value"),
            Sample("NUL ends a value", post("A: b\0\r\n"), 400, "bad_header_value"),
            Sample("NUL is a value", post("A:\0\r\n"), 400, "bad_header_value"),
            Sample("other expectation", post("Expect: 200-ok\r\n"), 417, "unknown_expectation"),
            Sample(
                "many options",
                post("Connection: \(Array(repeating: "a", count: 33).joined(separator: ","))\r\n"),
                400, "too_many_connection_options"),
        ]
}
