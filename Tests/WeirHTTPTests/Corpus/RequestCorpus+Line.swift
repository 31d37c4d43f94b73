/// Request lines and hosts.
extension RequestCorpus {
    private static func get(_ target: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func host(_ lines: String) -> String { "GET / HTTP/1.1\r\n\(lines)\r\n" }

    static let hosts = [
        Sample("missing", host("A: b\r\n"), 400, "missing_host"),
        Sample("missing, no field", host(""), 400, "missing_host"),
        Sample("twice", host("Host: a\r\nHost: a\r\n"), 400, "several_hosts"),
        Sample("twice, different", host("Host: a\r\nhOSt: b\r\n"), 400, "several_hosts"),
        Sample("empty host", host("Host:\r\n"), 400, "bad_host"),
        Sample("list", host("Host: a, b\r\n"), 400, "bad_host"),
        Sample("user", host("Host: user@a\r\n"), 400, "bad_host"),
        Sample("user and password", host("Host: u:p@a\r\n"), 400, "bad_host"),
        Sample("path", host("Host: a/b\r\n"), 400, "bad_host"),
        Sample("query", host("Host: a?b\r\n"), 400, "bad_host"),
        Sample("URL", host("Host: http://a\r\n"), 400, "bad_host"),
        Sample("inner space", host("Host: a b\r\n"), 400, "bad_host"),
        Sample("inner tab", host("Host: a\tb\r\n"), 400, "bad_host"),
        Sample("percent", host("Host: a%2eb\r\n"), 400, "bad_host"),
        Sample("backslash", host("Host: a\\b\r\n"), 400, "bad_host"),
        Sample("quotes", host("Host: \"a\"\r\n"), 400, "bad_host"),
        Sample("two dots", host("Host: a..b\r\n"), 400, "bad_host"),
        Sample("dot first", host("Host: .a\r\n"), 400, "bad_host"),
        Sample("port only", host("Host: :80\r\n"), 400, "bad_host"),
        Sample("port of letters", host("Host: a:b\r\n"), 400, "bad_host"),
        Sample("port with sign", host("Host: a:+80\r\n"), 400, "bad_host"),
        Sample("port too large", host("Host: a:65536\r\n"), 400, "bad_host"),
        Sample("port too long", host("Host: a:000080\r\n"), 400, "bad_host"),
        Sample("two ports", host("Host: a:80:80\r\n"), 400, "bad_host"),
        Sample("IPv6 bare", host("Host: ::1\r\n"), 400, "bad_host"),
        Sample("IPv6 open", host("Host: [::1\r\n"), 400, "bad_host"),
        Sample("IPv6 wrong", host("Host: [::1::]\r\n"), 400, "bad_host"),
        Sample("IPv6 zone", host("Host: [fe80::1%25eth0]\r\n"), 400, "bad_host"),
        Sample("IPv4 in brackets", host("Host: [1.2.3.4]\r\n"), 400, "bad_host"),
        Sample("IPv6 and more", host("Host: [::1]a\r\n"), 400, "bad_host"),
        Sample("beyond ASCII", host("Host: ä\r\n"), 400, "bad_host"),
    ]

    static let requestLines = [
        Sample("HTTP/0.9", "GET /\r\n", 400, "bad_request_line"),
        Sample("HTTP/0.9 with a space", "GET / \r\n\r\n", 400, "bad_version"),
        Sample("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Sample("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Sample("two spaces later", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("space last", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Sample("space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample("tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample("tab later", "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_target"),
        Sample("space in the target", get("/a b"), 400, "bad_version"),
        Sample("method with a colon", "GET: / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample("method in quotes", "\"GET\" / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample("NUL in the method", "G\0ET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_method"),
        Sample(
            "long method", String(repeating: "M", count: 33) + " /\r\n", 400, "bad_method"),
        Sample("TLS", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}", 400, "tls_on_plain_port"),
        Sample("a response", "HTTP/1.1 200 OK\r\n\r\n", 400, "bad_method"),
        Sample("more after the version", "GET / HTTP/1.1x\r\n", 400, "bad_request_line"),
    ]

    static let targets = [
        Sample("NUL", get("/a\0b"), 400, "bad_target"),
        Sample("DEL", get("/a\u{7F}b"), 400, "bad_target"),
        Sample("escape", get("/a\u{1B}b"), 400, "bad_target"),
        Sample("fragment", get("/a#b"), 400, "path_fragment"),
        Sample("fragment after the query", get("/a?b#c"), 400, "path_fragment"),
        Sample("relative", get("a/b"), 400, "bad_target"),
        Sample("query only", get("?a"), 400, "bad_target"),
        Sample("asterisk with GET", get("*"), 400, "bad_target"),
        Sample("asterisk and more", "OPTIONS */a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_target"),
        Sample("ftp", get("ftp://a/"), 400, "unsupported_scheme"),
        Sample("gopher without slashes", get("gopher:a"), 400, "unsupported_scheme"),
        Sample("http without slashes", get("http:/a"), 400, "unsupported_scheme"),
        Sample("no authority", get("http:///a"), 400, "bad_authority"),
        Sample("user information", get("http://user@a/"), 400, "user_information_in_target"),
        Sample("user and password", get("http://u:p@a/"), 400, "user_information_in_target"),
        Sample("bad authority", get("http://a:b/"), 400, "bad_authority"),
        Sample("backslash authority", get("http://a\\@b/"), 400, "user_information_in_target"),
        Sample("fragment after authority", get("http://a#b"), 400, "path_fragment"),
        Sample("authority with GET", get("a:80"), 400, "unsupported_scheme"),
        Sample(
            "CONNECT to a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_authority"),
        Sample(
            "CONNECT without port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_authority"),
        Sample(
            "CONNECT to a URL", "CONNECT http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 400,
            "bad_authority"),
        Sample(
            "CONNECT as user", "CONNECT u@a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400,
            "user_information_in_target"),
        Sample(
            "bad Host beside a URL", "GET http://a/ HTTP/1.1\r\nHost: /\r\n\r\n", 400, "bad_host"),
        Sample("no Host beside a URL", "GET http://a/ HTTP/1.1\r\n\r\n", 400, "missing_host"),
        Sample("climbs above the root", get("/../etc/passwd"), 400, "path_above_root"),
    ]

    static let versions = [
        Sample("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Sample("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "unsupported_version"),
        Sample("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Sample("HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Sample("HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
        Sample("lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400, "bad_request_line"),
        Sample("leading zero", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("no minor", "GET / HTTP/1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("comma", "GET / HTTP/1,1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("other protocol", "GET / HTTPS/1.1\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("letters", "GET / HTTP/a.b\r\nHost: a\r\n\r\n", 400, "bad_version"),
        Sample("minus", "GET / HTTP/-1.1\r\nHost: a\r\n\r\n", 400, "bad_version"),
    ]
}
