"""The rules of RFC 9113, section by section, as frames that break them.

Where a stream's error may be treated as the connection's (section 5.4.2), what is expected is what
nghttp2 does. `OPEN` is a request that the server holds, `GET` one that it answers.
"""

import struct
from collections import namedtuple

from wire import *

Case = namedtuple("Case", "section name expected steps first stream goes_on")
CASES = []

GET = headers(1, request())
OPEN = headers(1, request("/hold", "POST"), END_HEADERS)
ASKED = headers(1, request("/hold"))


def case(section, name, expected, *steps, first=PREFACE + settings(), stream=1, goes_on=True):
    CASES.append(Case(section, name, expected, steps, first, stream, goes_on))


def connection(code):
    return f"connection {code}"


def answered(peer):
    return peer.wait(lambda: peer.has_answer(1))


def acknowledged(peer):
    return peer.wait(lambda: len([f for f in peer.of(SETTINGS) if f.flags & ACK]) >= 2)


def dealt_with(peer):
    """Waits until the server has seen everything so far."""
    peer.send(ping(b"so far?!"))
    return peer.wait(lambda: any(f.payload == b"so far?!" for f in peer.of(PING)))


PROTOCOL = connection("PROTOCOL_ERROR")
FRAME_SIZE = connection("FRAME_SIZE_ERROR")
FLOW = connection("FLOW_CONTROL_ERROR")
COMPRESSION = connection("COMPRESSION_ERROR")
CLOSED = connection("STREAM_CLOSED")
MALFORMED = "stream PROTOCOL_ERROR"

# 3.4 The preface
case("3.4", "a frame other than SETTINGS first", PROTOCOL, first=PREFACE + ping())
case("3.4", "an acknowledgement first", PROTOCOL, first=PREFACE + frame(SETTINGS, ACK))
case("3.4", "a preface that goes wrong", "closed", first=PREFACE[:18] + b"XX\r\n\r\n")

# 4.1 Frames
case("4.1", "an unknown type", "ignored", frame(0xbb, 0xff, 0, b"whatever"))
case("4.1", "an unknown type on a stream", "ignored", OPEN, frame(0xbb, 0, 1, b"whatever"))
case("4.1", "flags without meaning", "ignored", frame(PING, 0xfe, 0, b"12345678"))
case("4.1", "the reserved bit", "status 200",
     frame(HEADERS, END_HEADERS | END_STREAM, 1 | 1 << 31, block(request())))

# 4.2 Frame size
case("4.2", "a large DATA frame", FRAME_SIZE, OPEN, frame(DATA, 0, 1, bytes(16385)))
case("4.2", "a large HEADERS frame", FRAME_SIZE,
     headers(1, request(more=[("x-large", "l" * 16384)])))
case("4.2", "a large SETTINGS frame", FRAME_SIZE, settings(*[(0x99, 1)] * 2731))
case("4.2", "a large frame of unknown type", FRAME_SIZE, frame(0xbb, 0, 0, bytes(16385)))
case("4.2", "DATA of the largest size", "ignored", OPEN, frame(DATA, 0, 1, bytes(16384)))

# 4.3 Field sections
case("4.3", "an index beyond the table", COMPRESSION, headers(1, block(request()) + b"\xff\x10"))
case("4.3", "the index 0", COMPRESSION, headers(1, block(request()) + b"\x80"))
case("4.3", "a literal that is cut short", COMPRESSION,
     headers(1, block(request()) + b"\x00\x05ab"))
case("4.3", "an integer without end", COMPRESSION,
     headers(1, block(request()) + b"\x7f" + b"\xff" * 12))
case("4.3", "a Huffman code for the end", COMPRESSION,
     headers(1, block(request()) + b"\x00\x81\xff\x84\xff\xff\xff\xff"))
case("4.3", "Huffman padding that is too long", COMPRESSION,
     headers(1, block(request()) + b"\x00\x81\x1f\x83\x1f\xff\xff"))
case("4.3", "a table larger than allowed", COMPRESSION,
     headers(1, integer(4097, 5, 0x20) + block(request())))
case("4.3", "a table size after a field", COMPRESSION, headers(1, block(request()) + b"\x20"))
case("4.3", "a table size before the fields", "status 200", headers(1, b"\x20" + block(request())))
for name, between in [
    ("PRIORITY", frame(PRIORITY, 0, 1, bytes(5))), ("DATA", frame(DATA, 0, 1, b"x")),
    ("HEADERS of another stream", headers(3, request())), ("PING", ping()),
    ("RST_STREAM", reset(1)), ("an unknown frame", frame(0xbb, 0, 0)),
    ("CONTINUATION of another stream", frame(CONTINUATION, END_HEADERS, 3, b"")),
]:
    case("4.3", f"{name} inside of a head", PROTOCOL,
         headers(1, request(), END_STREAM), between)

# 5.1 Streams' states
for name, data in [
    ("DATA", frame(DATA, END_STREAM, 1, b"x")), ("RST_STREAM", reset(1)),
    ("WINDOW_UPDATE", window_update(1, 100)),
    ("CONTINUATION", frame(CONTINUATION, END_HEADERS, 1, block(request()))),
]:
    case("5.1", f"{name} on an idle stream", PROTOCOL, data)
case("5.1", "PRIORITY on an idle stream", "ignored", frame(PRIORITY, 0, 1, bytes(5)))
case("5.1", "DATA after the end", CLOSED, ASKED, dealt_with, frame(DATA, 0, 1, b"x"))
case("5.1", "HEADERS after the end", CLOSED, ASKED, dealt_with, headers(1, [("x-a", "b")]))
case("5.1", "CONTINUATION after the end", PROTOCOL, ASKED,
     frame(CONTINUATION, END_HEADERS, 1, b""))
case("5.1", "WINDOW_UPDATE after the end", "ignored", ASKED, window_update(1, 1))
case("5.1", "PRIORITY after the end", "ignored", ASKED, frame(PRIORITY, 0, 1, bytes(5)))
case("5.1", "DATA after our reset", CLOSED, OPEN + reset(1), dealt_with,
     frame(DATA, 0, 1, b"x"))
case("5.1", "HEADERS after our reset", CLOSED, OPEN + reset(1), dealt_with,
     headers(1, [("x-a", "b")]))
case("5.1", "WINDOW_UPDATE after our reset", "ignored", OPEN + reset(1), window_update(1, 1))
case("5.1", "RST_STREAM after our reset", "ignored", OPEN + reset(1), reset(1))
case("5.1", "DATA on a closed stream", CLOSED, GET, answered, frame(DATA, 0, 1, b"x"))
case("5.1", "HEADERS on a closed stream", CLOSED, GET, answered, headers(1, request()))
case("5.1", "CONTINUATION on a closed stream", PROTOCOL, GET, answered,
     frame(CONTINUATION, END_HEADERS, 1, b""))
case("5.1", "WINDOW_UPDATE on a closed stream", "status 200", GET, answered, window_update(1, 1))
case("5.1", "RST_STREAM on a closed stream", "status 200", GET, answered, reset(1))
case("5.1", "PRIORITY on a closed stream", "status 200", GET, answered,
     frame(PRIORITY, 0, 1, bytes(5)))

# 5.1.1 Numbers
case("5.1.1", "an even number", PROTOCOL, headers(2, request()))
# What comes in the same read as the higher number is ignored instead, as nghttp2 would have it.
case("5.1.1", "a number below the last", PROTOCOL, headers(5, request("/hold")), dealt_with, GET)
case("5.1.1", "numbers that skip some", "status 200", headers(77, request()), stream=77)

# 5.1.2 Streams at once
case("5.1.2", "a stream above the limit", PROTOCOL,
     b"".join(headers(n, request("/hold")) for n in range(1, 203, 2)))

# 6.1 DATA
case("6.1", "DATA on stream 0", PROTOCOL, frame(DATA, 0, 0, b"x"))
case("6.1", "padding as long as the frame", PROTOCOL, OPEN,
     frame(DATA, PADDED, 1, b"\x05" + bytes(4)))
case("6.1", "padding without its length", FRAME_SIZE, OPEN, frame(DATA, PADDED, 1))
case("6.1", "padding and nothing else", "ignored", OPEN, frame(DATA, PADDED, 1, b"\x03" + bytes(3)))

# 6.2 HEADERS
case("6.2", "HEADERS on stream 0", PROTOCOL, headers(0, request()))
case("6.2", "padding longer than the frame", PROTOCOL,
     frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\xff" + block(request())))
case("6.2", "padding that fits", "status 200",
     frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\x05" + block(request()) + bytes(5)))
case("6.2", "a priority that is cut short", FRAME_SIZE,
     frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1, bytes(4)))
case("6.2", "with a priority", "status 200",
     frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1, bytes(5) + block(request())))

# 6.3 PRIORITY
case("6.3", "PRIORITY on stream 0", PROTOCOL, frame(PRIORITY, 0, 0, bytes(5)))
case("6.3", "PRIORITY of four bytes", FRAME_SIZE, frame(PRIORITY, 0, 1, bytes(4)))
case("6.3", "PRIORITY of six bytes", FRAME_SIZE, frame(PRIORITY, 0, 1, bytes(6)))

# 6.4 RST_STREAM
case("6.4", "RST_STREAM on stream 0", PROTOCOL, reset(0))
case("6.4", "RST_STREAM of three bytes", FRAME_SIZE, OPEN, frame(RST_STREAM, 0, 1, bytes(3)))
case("6.4", "RST_STREAM of five bytes", FRAME_SIZE, OPEN, frame(RST_STREAM, 0, 1, bytes(5)))
case("6.4", "RST_STREAM with an unknown code", "ignored", OPEN, reset(1, 0xffff))

# 6.5 SETTINGS
case("6.5", "an acknowledgement with contents", FRAME_SIZE,
     frame(SETTINGS, ACK, 0, struct.pack(">HL", 3, 1)))
case("6.5", "SETTINGS on a stream", PROTOCOL, OPEN, frame(SETTINGS, 0, 1))
case("6.5", "SETTINGS of seven bytes", FRAME_SIZE, frame(SETTINGS, 0, 0, bytes(7)))
case("6.5.2", "ENABLE_PUSH of 2", PROTOCOL, settings((2, 2)))
case("6.5.2", "a window above the largest", FLOW, settings((4, 1 << 31)))
case("6.5.2", "a frame size below the least", PROTOCOL, settings((5, 16383)))
case("6.5.2", "a frame size above the largest", PROTOCOL, settings((5, 1 << 24)))
case("6.5.2", "an unknown setting", "ignored", settings((0x7777, 1)))
case("6.5.3", "settings are acknowledged", "ignored", settings((4, 70000)), acknowledged)
case("8441-3", "ENABLE_CONNECT_PROTOCOL of 2", PROTOCOL, settings((8, 2)))

# 6.6 PUSH_PROMISE
case("6.6", "PUSH_PROMISE of a client", PROTOCOL, ASKED,
     frame(PUSH_PROMISE, END_HEADERS, 1, struct.pack(">L", 2) + block(request())))

# 6.7 PING
case("6.7", "PING on a stream", PROTOCOL, OPEN, frame(PING, 0, 1, bytes(8)))
case("6.7", "PING of six bytes", FRAME_SIZE, frame(PING, 0, 0, bytes(6)))
case("6.7", "PING is answered", "ignored", ping(b"echo-me!"),
     lambda peer: peer.wait(
         lambda: [f.payload for f in peer.of(PING) if f.flags & ACK] == [b"echo-me!"]))
case("6.7", "an answer to no PING", "ignored", frame(PING, ACK, 0, bytes(8)))

# 6.8 GOAWAY
case("6.8", "GOAWAY on a stream", PROTOCOL, OPEN, frame(GOAWAY, 0, 1, bytes(8)))
case("6.8", "GOAWAY of seven bytes", FRAME_SIZE, frame(GOAWAY, 0, 0, bytes(7)))
case("6.8", "requests of a client that goes away", "status 200",
     GET + frame(GOAWAY, 0, 0, bytes(8)), goes_on=False)

# 6.9 WINDOW_UPDATE and the windows
case("6.9", "a connection's window that grows by 0", PROTOCOL, window_update(0, 0))
case("6.9", "a stream's window that grows by 0", PROTOCOL, OPEN, window_update(1, 0))
case("6.9", "WINDOW_UPDATE of three bytes", FRAME_SIZE, frame(WINDOW_UPDATE, 0, 0, bytes(3)))
case("6.9.1", "a connection's window that overflows", FLOW,
     window_update(0, 0x7fffffff) * 2)
case("6.9.1", "a stream's window that overflows", "stream FLOW_CONTROL_ERROR", OPEN,
     window_update(1, 0x7fffffff) * 2)
case("6.9.1", "more DATA than the stream's window", "stream FLOW_CONTROL_ERROR", OPEN,
     frame(DATA, 0, 1, bytes(16384)) * 8)
case("6.9.2", "a setting that makes a stream's window overflow", FLOW, OPEN,
     window_update(1, 0x7fffffff - 65535), settings((4, 65536)))


def obeys_negative_window(peer):
    """Nothing may be sent until the window is above zero again (section 6.9.2)."""
    peer.wait(lambda: len(peer.of(DATA, 1)) >= 1)
    sent = sum(len(f.payload) for f in peer.of(DATA, 1))
    peer.send(settings((4, 5)) + window_update(1, 5))
    if not acknowledged(peer):
        return False
    later = sum(len(f.payload) for f in peer.of(DATA, 1))
    peer.send(settings((4, 65535)) + window_update(1, 65535) + reset(1, 8))
    return sent == 10 and later == 10


case("6.9.2", "a window that is below zero", "ignored",
     headers(1, request("/big")), obeys_negative_window,
     first=PREFACE + settings((4, 10)), stream=3)

# 6.10 CONTINUATION
case("6.10", "CONTINUATION on stream 0", PROTOCOL,
     headers(1, request(), END_STREAM), frame(CONTINUATION, END_HEADERS, 0))
case("6.10", "CONTINUATION without HEADERS", PROTOCOL, OPEN,
     frame(CONTINUATION, END_HEADERS, 1, block([("x-a", "b")])))
case("6.10", "a head in three frames", "status 200",
     headers(1, request()[:2], END_STREAM), frame(CONTINUATION, 0, 1, block(request()[2:])),
     frame(CONTINUATION, END_HEADERS, 1, block([("x-a", "b")])))
case("6.10", "a field that is split between frames", "status 200",
     headers(1, block(request())[:7], END_STREAM),
     frame(CONTINUATION, END_HEADERS, 1, block(request())[7:]))

# 8.1 Messages
case("8.1", "trailers that do not end the request", MALFORMED, OPEN,
     headers(1, [("x-a", "b")], END_HEADERS))
case("8.1", "trailers with a pseudo-field", MALFORMED, OPEN, headers(1, [(":path", "/")]))
case("8.1", "trailers in order", "ignored", OPEN, headers(1, [("x-a", "b")]))
for name, length, steps in [
    ("more DATA than content-length", "1", [frame(DATA, END_STREAM, 1, b"ab")]),
    ("less DATA than content-length", "3", [frame(DATA, END_STREAM, 1, b"ab")]),
    ("no DATA at all", "3", [frame(DATA, END_STREAM, 1)]),
    ("less DATA, then trailers", "3", [frame(DATA, 0, 1, b"ab"), headers(1, [("x-a", "b")])]),
    ("a length that is no number", "2x", []), ("a negative length", "-2", []),
    ("a length with a sign", "+2", []), ("a length beyond all numbers", "9" * 25, []),
    ("a list of lengths", "2, 2", []),
]:
    case("8.1.1", name, MALFORMED,
         headers(1, request("/hold", "POST", [("content-length", length)]), END_HEADERS), *steps)
case("8.1.1", "a length and no body", MALFORMED,
     headers(1, request("/hold", "POST", [("content-length", "2")])))
case("8.1.1", "two lengths", MALFORMED,
     headers(1, request("/hold", "POST", [("content-length", "2")] * 2), END_HEADERS))

# 8.2 Fields
for name, field in [
    ("an upper-case name", ("X-Upper", "a")), ("an empty name", ("", "a")),
    ("a space in a name", ("x a", "b")), ("a colon in a name", ("x:a", "b")),
    ("a NUL in a name", ("x\0a", "b")), ("CR LF in a name", ("x\r\na", "b")),
    ("a byte above ASCII in a name", ("x\xe4", "b")), ("DEL in a name", ("x\x7f", "b")),
    ("CR in a value", ("x-a", "b\rc")), ("LF in a value", ("x-a", "b\nc")),
    ("CR LF in a value", ("x-a", "b\r\nc: d")), ("NUL in a value", ("x-a", "b\0c")),
    ("a space before a value", ("x-a", " b")), ("a space after a value", ("x-a", "b ")),
    ("a tab after a value", ("x-a", "b\t")), ("a control byte in a value", ("x-a", "b\x01")),
    ("connection", ("connection", "close")), ("keep-alive", ("keep-alive", "timeout=5")),
    ("proxy-connection", ("proxy-connection", "close")),
    ("transfer-encoding", ("transfer-encoding", "chunked")), ("upgrade", ("upgrade", "h2c")),
    ("te of anything but trailers", ("te", "gzip")), ("te of more than trailers",
     ("te", "trailers, gzip")),
]:
    case("8.2", name, MALFORMED, headers(1, request(more=[field])))
case("8.2", "te: trailers", "status 200", headers(1, request(more=[("te", "trailers")])))
case("8.2", "bytes above ASCII in a value", "status 200",
     headers(1, request(more=[("x-a", "\xe4\xff")])))
case("8.2", "a tab in a value", "status 200", headers(1, request(more=[("x-a", "b\tc")])))

# 8.3 Pseudo-fields
for name, fields in [
    ("an unknown pseudo-field", request(more=[(":other", "x")])),
    ("the status in a request", [(":status", "200")] + request()),
    ("a pseudo-field after a field", request()[:3] + [("x-a", "b")] + request()[3:]),
    ("two methods", [(":method", "GET")] + request()), ("two paths", [(":path", "/")] + request()),
    ("two schemes", [(":scheme", "http")] + request()),
    ("two authorities", [(":authority", "a.example")] + request()),
    ("no method", request()[1:]), ("no scheme", [request()[0]] + request()[2:]),
    ("no path", request()[:3]), ("an empty path", request("")),
    ("a path without a slash", request("ok")), ("an asterisk that is no OPTIONS", request("*")),
    ("CONNECT with a path", request(method="CONNECT")),
    ("CONNECT without an authority", [(":method", "CONNECT")]),
    (":protocol without CONNECT", request(more=[]) + [(":protocol", "websocket")]),
    ("neither authority nor host", request()[:2] + request()[3:]),
    ("a space in the method", request(method="GET /x")),
    ("a space in the path", request("/o k")), ("CR LF in the path", request("/ok\r\nx: y")),
    ("nothing", []),
]:
    case("8.3", name, MALFORMED, headers(1, fields))
for name, fields in [
    ("a user in the authority", request(authority="user@a.example")),
    ("a host that is another", request(more=[("host", "b.example")])),
    ("a scheme that is none of HTTP", request(scheme="ftp")),
]:
    case("8.3", name, "status 400", headers(1, fields))
case("8.3", "the host instead of the authority", "status 200",
     headers(1, request()[:2] + request()[3:] + [("host", "a.example")]))
case("8.3", "the same host twice", "status 200",
     headers(1, request(more=[("host", "a.example")])))
case("8.5", "CONNECT where it is not allowed", "status 501",
     headers(1, [(":method", "CONNECT"), (":authority", "b.example:443")], END_HEADERS))
case("8441-4", "a tunnel to an unknown protocol", "status 501",
     headers(1, request(method="CONNECT")[:1] + [(":protocol", "gopher")] + request()[1:],
             END_HEADERS))

# RFC 9218, section 7.1
case("9218-7.1", "PRIORITY_UPDATE on a stream", PROTOCOL, OPEN,
     frame(PRIORITY_UPDATE, 0, 1, struct.pack(">L", 1) + b"u=1"))
case("9218-7.1", "PRIORITY_UPDATE of stream 0", PROTOCOL,
     frame(PRIORITY_UPDATE, 0, 0, struct.pack(">L", 0) + b"u=1"))
case("9218-7.1", "PRIORITY_UPDATE that is cut short", FRAME_SIZE,
     frame(PRIORITY_UPDATE, 0, 0, bytes(3)))
case("9218-7.1", "PRIORITY_UPDATE in order", "ignored",
     frame(PRIORITY_UPDATE, 0, 0, struct.pack(">L", 1) + b"u=1, i"))
