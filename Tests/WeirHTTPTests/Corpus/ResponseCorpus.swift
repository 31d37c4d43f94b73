/// Responses that could end one response and begin another, or are no HTTP at all.
enum ResponseCorpus {
    static let all = statusLines + fields + framing

    private static func response(_ fields: String) -> String { "HTTP/1.1 200 OK\r\n\(fields)\r\n" }

    private static func line(_ line: String) -> String { "\(line)\r\nA: b\r\n\r\n" }

    static let statusLines = [
        Sample("HTTP/2", line("HTTP/2.0 200 OK"), 502, "upstream_unsupported_version"),
        Sample("HTTP/1.2", line("HTTP/1.2 200 OK"), 502, "upstream_unsupported_version"),
        Sample("no version", line("HTTP 200 OK"), 502, "upstream_bad_status_line"),
        Sample("other protocol", line("ICY 200 OK is not HTTP"), 502, "upstream_bad_status_line"),
        Sample("lower case", line("http/1.1 200 OK"), 502, "upstream_bad_status_line"),
        Sample("no status", line("HTTP/1.1  OK and more"), 502, "upstream_bad_status_line"),
        Sample("short status", line("HTTP/1.1 20 OK"), 502, "upstream_bad_status_line"),
        Sample("long status", line("HTTP/1.1 2000 OK"), 502, "upstream_bad_status_line"),
        Sample("small status", line("HTTP/1.1 099 OK"), 502, "upstream_bad_status_line"),
        Sample("signed status", line("HTTP/1.1 +20 OK"), 502, "upstream_bad_status_line"),
        Sample("letters", line("HTTP/1.1 abc OK"), 502, "upstream_bad_status_line"),
        Sample("two spaces", line("HTTP/1.1  200 OK"), 502, "upstream_bad_status_line"),
        Sample("tab", line("HTTP/1.1\t200 OK"), 502, "upstream_bad_status_line"),
        Sample("tab after the status", line("HTTP/1.1 200\tOK"), 502, "upstream_bad_status_line"),
        Sample("cut short", "HTTP/1.1\r\n\r\n", 502, "upstream_bad_status_line"),
        Sample("empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", 502, "upstream_bad_status_line"),
        Sample("NUL in the reason", line("HTTP/1.1 200 O\0K"), 502, "upstream_bad_status_line"),
        Sample("DEL in the reason", line("HTTP/1.1 200 O\u{7F}"), 502, "upstream_bad_status_line"),
        Sample("CR in the reason", line("HTTP/1.1 200 O\rK"), 502, "upstream_bare_cr"),
        Sample("LF after the status", "HTTP/1.1 200\n\r\n", 502, "upstream_bare_lf"),
        Sample("LF after the reason", "HTTP/1.1 200 OK\nA: b\r\n\r\n", 502, "upstream_bare_lf"),
        Sample("a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 502, "upstream_bad_status_line"),
    ]

    static let fields = [
        Sample("LF alone", response("A: b\nSet-Cookie: c\r\n"), 502, "upstream_bare_lf"),
        Sample("LF ends the head", "HTTP/1.1 200 OK\r\nA: b\r\n\n", 502, "upstream_bare_lf"),
        Sample("CR alone", response("A: b\rSet-Cookie: c\r\n"), 502, "upstream_bare_cr"),
        Sample("CR CR LF", response("A: b\r\r\nB: c\r\n"), 502, "upstream_bare_cr"),
        Sample("folded", response("A: b\r\n c\r\n"), 502, "upstream_line_folding"),
        Sample("folded at once", response(" A: b\r\n"), 502, "upstream_line_folding"),
        Sample("NUL", response("A: b\0c\r\n"), 502, "upstream_bad_header"),
        Sample("control byte", response("A: b\u{01}c\r\n"), 502, "upstream_bad_header"),
        Sample("no colon", response("Abc\r\n"), 502, "upstream_bad_header"),
        Sample("empty name", response(": b\r\n"), 502, "upstream_bad_header"),
        Sample("space in the name", response("A b: c\r\n"), 502, "upstream_bad_header"),
        Sample("space before the colon", response("A : c\r\n"), 502, "upstream_bad_header"),
        Sample("name beyond ASCII", response("Ä: c\r\n"), 502, "upstream_bad_header"),
        Sample("NUL in the name", response("A\0: c\r\n"), 502, "upstream_bad_header"),
    ]

    static let framing = [
        Sample(
            "two lengths", response("Content-Length: 5\r\nContent-Length: 6\r\n"), 502,
            "upstream_several_content_lengths"),
        Sample(
            "two equal lengths", response("Content-Length: 5\r\nContent-Length: 5\r\n"), 502,
            "upstream_several_content_lengths"),
        Sample("list", response("Content-Length: 5, 5\r\n"), 502, "upstream_bad_content_length"),
        Sample("signed", response("Content-Length: +5\r\n"), 502, "upstream_bad_content_length"),
        Sample("empty", response("Content-Length:\r\n"), 502, "upstream_bad_content_length"),
        Sample(
            "overflow", response("Content-Length: 18446744073709551617\r\n"), 502,
            "upstream_bad_content_length"),
        Sample(
            "both", response("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 502,
            "upstream_content_length_with_transfer_encoding"),
        Sample(
            "chunked twice", response("Transfer-Encoding: chunked, chunked\r\n"), 502,
            "upstream_bad_transfer_encoding"),
        Sample(
            "gzip", response("Transfer-Encoding: gzip, chunked\r\n"), 502,
            "upstream_unknown_transfer_encoding"),
        Sample(
            "HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 502,
            "upstream_transfer_encoding_in_http_1_0"),
    ]
}
