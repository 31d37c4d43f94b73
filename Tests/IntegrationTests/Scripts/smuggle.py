"""Requests over HTTP/2 that would be two requests, or another one, if they were written down as
HTTP/1 without care.

    smuggle.py HOST:PORT

Prints a JSON list of `{name, got, head, body}`: what the client was told, and, for requests that
have to get through, the head and the body that an HTTP/1 origin has to receive, to the byte.
"""

import json
import sys

from rules import outcome
from wire import *

CASES = []
ATTACK = "GET /smuggled HTTP/1.1\r\nhost: smuggled\r\n\r\n"


def refused(name, fields, body=None, trailers=None):
    CASES.append((name, fields, body, trailers, None))


def passed(name, fields, head, body=None, framed="", trailers=None):
    CASES.append((name, fields, body, trailers, (head, framed)))


def post(more=(), **others):
    return request("/x", "POST", more, **others)


# Line ends and NUL wherever something is written
for code, mark in [("CR LF", "\r\n"), ("CR", "\r"), ("LF", "\n"), ("NUL", "\0")]:
    refused(f"{code} in a value", request("/x", more=[("x-a", f"b{mark}smuggled: 1")]))
    refused(f"{code} in a name", request("/x", more=[(f"x-a{mark}smuggled", "1")]))
    refused(f"{code} in the path", request(f"/x{mark}smuggled"))
    refused(f"{code} in the query", request(f"/x?a={mark}smuggled"))
    refused(f"{code} in the method", request("/x", f"GET{mark}smuggled"))
    refused(f"{code} in the authority", request("/x", authority=f"a.example{mark}smuggled"))
    refused(f"{code} in the scheme", request("/x", scheme=f"http{mark}smuggled"))
    refused(f"{code} at the end of a value", request("/x", more=[("smuggled", f"b{mark}")]))
    refused(f"{code} in a cookie", request("/x", more=[("cookie", f"a=1{mark}smuggled: 1")]))
    refused(f"{code} in a trailer", post(), b"smuggled", [("x-a", f"b{mark}smuggled: 1")])
refused("a whole request in a value", request("/x", more=[("x-a", "b\r\n\r\n" + ATTACK)]))
refused("a whole request in the path", request("/x HTTP/1.1\r\nhost: a\r\n\r\n" + ATTACK))
refused("a whole request in the method", request("/x", "GET / HTTP/1.1\r\n\r\n" + ATTACK))

# Spaces, and what else splits a request line or a field
refused("a space in the method", request("/x", "GET /smuggled"))
refused("a space in the path", request("/x HTTP/1.1 smuggled"))
refused("a tab in the path", request("/x\tsmuggled"))
refused("a space in the authority", request("/x", authority="a.example smuggled"))
refused("a slash in the authority", request("/x", authority="a.example/smuggled"))
refused("a user in the authority", request("/x", authority="smuggled@a.example"))
refused("a colon in a name", request("/x", more=[("smuggled:x", "b")]))
refused("a space before the colon", request("/x", more=[("smuggled ", "b")]))
refused("a folded line", request("/x", more=[("x-a", "b\r\n smuggled")]))
refused("an upper-case name", request("/x", more=[("Smuggled", "b")]))
refused("a whole URL for the path", request("http://smuggled/x"))

# Framing
for name, value in [
    ("transfer-encoding", "chunked"), ("transfer-encoding", "identity"),
    ("transfer-encoding", "gzip, chunked"), ("connection", "close"),
    ("connection", "transfer-encoding"), ("keep-alive", "1"), ("proxy-connection", "close"),
    ("upgrade", "websocket"), ("te", "chunked"), ("te", "trailers, chunked"),
    ("http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"),
]:
    refused(f"{name}: {value}", post([(name, value)]), b"0\r\n\r\n" + ATTACK.encode())
for name, values in [
    ("a length that is too small", ["4"]), ("a length that is too large", ["400"]),
    ("a length of 0", ["0"]), ("two lengths", ["4", "300"]),
    ("the same length twice", [str(len(ATTACK))] * 2),
    ("a list of lengths", [f"{len(ATTACK)}, {len(ATTACK)}"]),
    ("a length with a sign", [f"+{len(ATTACK)}"]),
    ("a length in hexadecimal", ["0x2a"]), ("a length with a space", ["4 2"]),
    ("a length that is empty", [""]), ("a length that is no number", ["many"]),
    ("a length beyond all numbers", ["99999999999999999999"]),
]:
    refused(name, post([("content-length", value) for value in values]), ATTACK.encode())

# Whom a request is for
refused("another host", request("/x", more=[("host", "smuggled")]))
refused("two hosts", request("/x", more=[("host", "a.example"), ("host", "smuggled")]))
refused("two authorities", [(":authority", "smuggled")] + request("/x"))
refused("two paths", [(":path", "/smuggled")] + request("/x"))
refused("two methods", [(":method", "DELETE")] + request("/x"))
refused("a pseudo-field after a field", request("/x", more=[("x-a", "b"), (":path", "/smuggled")]))
refused("a pseudo-field in the trailers", post(), b"smuggled", [(":path", "/smuggled")])
refused("a response's pseudo-field", request("/x", more=[]) + [(":status", "200")])
refused("CONNECT with a path", request("/smuggled", "CONNECT"))
refused("an escaped line end", request("/x%0d%0asmuggled"))
refused("a path above the root", request("/x/../../smuggled"))

refused("a length in the trailers", post(), b"x", [("content-length", "0")])

# What has to arrive, as it has to be written
FORWARDED = (
    "x-forwarded-for: {client}\r\nx-forwarded-proto: http\r\n"
    "x-forwarded-host: a.example\r\n")
BODY = ATTACK.encode()


def head(first, *own, framing=""):
    fields = "".join(f"{line}\r\n" for line in own)
    return f"{first} HTTP/1.1\r\nhost: a.example\r\n{fields}{FORWARDED}{framing}\r\n"


CHUNKED = "transfer-encoding: chunked\r\n"
LENGTH = f"content-length: {len(ATTACK)}\r\n"

passed("a plain request", request("/p1"), head("GET /p1"))
passed("cookie crumbs", request("/p2", more=[("cookie", "a=1"), ("x-a", "b"), ("cookie", "c=2")]),
       head("GET /p2", "x-a: b", "cookie: a=1; c=2"))
passed("a body without a length", request("/p3", "POST"), head("POST /p3", framing=CHUNKED),
       BODY, f"{len(ATTACK):X}\r\n{ATTACK}\r\n0\r\n\r\n")
passed("a body with its length", request("/p4", "POST", [("content-length", str(len(ATTACK)))]),
       head("POST /p4", framing=LENGTH), BODY, ATTACK)
passed("the host alone", request("/p5")[:2] + [(":path", "/p5"), ("host", "a.example")],
       head("GET /p5"))
passed("trailers that would change the request", request("/p6", "POST"),
       head("POST /p6", framing=CHUNKED), b"x", "1\r\nx\r\n0\r\nx-sum: 1\r\n\r\n",
       [("host", "smuggled"), ("authorization", "smuggled"), ("x-sum", "1")])


def run(case, address):
    name, fields, body, trailers, expected = case
    peer = Peer(address)
    peer.wait(lambda: len(peer.of(SETTINGS)) >= 2)
    data = headers(1, fields, END_HEADERS | (END_STREAM if body is None else 0))
    if body is not None:
        data += frame(DATA, 0 if trailers else END_STREAM, 1, body)
    if trailers:
        data += headers(1, trailers)
    peer.send(data)
    peer.wait(lambda: peer.has_answer(1) or peer.is_closed or peer.goaway)
    client = peer.socket.getsockname()[0]
    result = {"name": name, "got": outcome(peer, 1)}
    if expected:
        result["head"] = expected[0].replace("{client}", client)
        result["body"] = expected[1]
    peer.close()
    return result


if __name__ == "__main__":
    target = parse_address(sys.argv[1])
    print(json.dumps([run(case, target) for case in CASES]))
