/// What a refused request did wrong, in words.
enum RefusalMeaning {
    /// The meaning of a cause that a request parser or listener gives; nil when its name says all.
    static func text(_ cause: String) -> String? { path[cause] ?? head[cause] }

    private static let path = [
        "path_escaped_slash": "%2F means a slash to some servers and not to others; the "
            + "listener's `path: {escaped-slashes: …}` decides",
        "path_backslash": "some servers take a backslash for a slash",
        "path_duplicate_slash": "the listener's `path: {duplicate-slashes: …}` refuses `//`",
        "path_parameter": "some servers cut `;` parameters off before they look at the path; the "
            + "listener's `path: {parameters: …}` decides",
        "path_dot_segment_with_parameter": "a dot segment with parameters climbs on some servers "
            + "and not on others",
        "path_ambiguous_dot_segment": "a dot segment beside an escaped slash can be read in two "
            + "ways",
        "path_above_root": "the dot segments climb above the root",
        "path_escaped_nul": "%00 ends the path on some servers",
        "path_escaped_control": "an escaped control byte is no part of an honest path",
        "path_bad_escape": "a percent sign is not followed by two hexadecimal digits",
        "path_bad_character": "the path holds a byte that must be escaped",
        "path_invalid_utf8": "the path is no UTF-8 once decoded; the listener's "
            + "`path: {invalid-utf8: …}` decides",
        "path_not_absolute": "the path does not begin with a slash",
        "path_fragment": "a fragment is never sent",
    ]

    private static let head = [
        "bad_request_line": "it is no `METHOD TARGET HTTP/1.1`, for one because of a space in the "
            + "URL, which must be written %20",
        "bad_version": "what follows the target is no HTTP version, for one because of a space in "
            + "the URL, which must be written %20",
        "bad_method": "the method is no token",
        "bad_target": "the target is neither a path, nor a URL, nor `*` of OPTIONS",
        "bad_authority": "CONNECT and absolute URLs need a host, CONNECT a port too",
        "missing_host": "every HTTP/1.1 request has a Host field",
        "several_hosts": "two Host fields let two servers serve two hosts",
        "bad_host": "the Host field names no host",
        "target_too_long": "the listener's `limits: {target-bytes: …}` decides",
        "headers_too_large": "the listener's `limits: {header-bytes: …}` decides",
        "too_many_headers": "the listener's `limits: {header-count: …}` decides",
        "bad_header_name": "a field's name is a token",
        "bad_header_value": "a field's value holds a control byte",
        "space_before_colon": "a space between name and colon hides the field from some servers",
        "bad_content_length": "Content-Length is a whole number",
        "several_content_lengths": "two lengths let two servers see two bodies",
        "content_length_with_transfer_encoding": "both at once let two servers see two bodies",
        "unknown_transfer_encoding": "chunked is the only transfer coding that is known",
        "bad_transfer_encoding": "chunked must be the last transfer coding, and stand there once",
        "unknown_expectation": "100-continue is the only expectation that is known",
        "connect_not_allowed": "CONNECT is not served",
        "misdirected_request": "the connection asked for a server name whose filters and routes "
            + "are not those of the request's host",
    ]
}
