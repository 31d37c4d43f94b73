"""What a client sends and what its origin receives, and back, case by case."""

import struct
import threading

from peers import *
from wire import GOAWAY, frame

CASES = []
PATTERN = bytes(range(256)) * 256


def case(function):
    CASES.append(function)
    return function


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


@case
def plain(world):
    """Heads pass without what belongs to a connection."""
    client = world.client()
    for number in range(3):
        stream = client.ask("GET", f"/a/{number}?b=c", [("x-one", "1"), ("x-one", "2")])
        asked = world.origin.accept()
        equal((asked.head.method, asked.head.path), ("GET", f"/a/{number}?b=c"))
        equal(asked.head.authority, "a.example")
        equal(asked.head.all("x-one"), ["1", "2"])
        equal(asked.rest(), b"")
        asked.reply(b"hello", 201, [("x-two", "a"), ("set-cookie", "a=1"), ("set-cookie", "b=2")])
        head = stream.head()
        equal((head.status, head["x-two"]), (201, "a"))
        equal(head.all("set-cookie"), ["a=1", "b=2"])
        equal(head["content-length"], "5")
        equal(stream.rest(), b"hello")
        if world.client_kind == "h2":
            equal(head["connection"], None)
            equal(head["transfer-encoding"], None)


@case
def bodies(world):
    """Bodies of known length pass to the byte."""
    body = PATTERN[:50000]
    stream = world.client().ask("POST", "/", is_ended=False, length=len(body))
    asked = world.origin.accept()
    equal(asked.head["content-length"], str(len(body)))
    stream.send(body)
    if world.client_kind == "h2":
        stream.end()
    equal(asked.rest(), body)
    asked.answer(200, length=len(body))
    asked.send(body)
    asked.finish()
    equal(stream.head()["content-length"], str(len(body)))
    equal(stream.rest(), body)


@case
def both_directions_at_once(world):
    """Each piece of the request is answered before the next one is sent."""
    stream = world.client().ask("POST", "/chat", is_ended=False)
    asked = world.origin.accept()
    asked.answer(200)
    equal(stream.head().status, 200)
    for number in range(20):
        piece = PATTERN[number:number + 100 * number + 1]
        stream.send(piece)
        equal(asked.take(len(piece)), piece)
        asked.send(piece[::-1])
        equal(stream.take(len(piece)), piece[::-1])
    stream.end()
    equal(asked.rest(), b"")
    asked.finish()
    equal(stream.rest(), b"")


@case
def trailers(world):
    """Fields after the body, both ways."""
    stream = world.client().ask(
        "POST", "/", [("te", "trailers"), ("trailer", "x-sum")], is_ended=False)
    asked = world.origin.accept()
    equal(asked.head["te"], "trailers")
    stream.send(b"body")
    stream.end([("x-sum", "7"), ("x-more", "y")])
    equal(asked.rest(), b"body")
    equal(asked.trailers, [("x-sum", "7"), ("x-more", "y")])
    asked.answer(200, [("trailer", "x-check")])
    asked.send(b"answer")
    asked.finish([("x-check", "9")])
    equal(stream.head().status, 200)
    equal(stream.rest(), b"answer")
    equal(stream.trailers, [("x-check", "9")])


@case
def interim_responses(world):
    """100 (Continue) lets the body come, and 103 comes before the response."""
    stream = world.client().ask(
        "POST", "/", [("expect", "100-continue")], is_ended=False, length=4)
    asked = world.origin.accept()
    equal(asked.head["expect"], "100-continue")
    asked.interim(100)
    equal(stream.head().status, 100)
    stream.send(b"body")
    if world.client_kind == "h2":
        stream.end()
    equal(asked.rest(), b"body")
    asked.interim(103, [("link", "</a.css>; rel=preload")])
    early = stream.head()
    equal((early.status, early["link"]), (103, "</a.css>; rel=preload"))
    asked.reply(b"done")
    equal(stream.head().status, 200)
    equal(stream.rest(), b"done")


@case
def refused_expectations(world):
    """A response instead of 100 (Continue)."""
    stream = world.client().ask(
        "POST", "/", [("expect", "100-continue")], is_ended=False, length=4)
    asked = world.origin.accept()
    asked.reply(b"no", 403)
    equal(stream.head().status, 403)
    equal(stream.take(2), b"no")


@case
def head_requests(world):
    """The length of what is not sent."""
    client = world.client()
    stream = client.ask("HEAD", "/")
    asked = world.origin.accept()
    equal(asked.head.method, "HEAD")
    asked.answer(200, length=1234, is_ended=True)
    head = stream.head()
    equal((head.status, head["content-length"]), (200, "1234"))
    equal(stream.rest(), b"")
    again(world, client)


def again(world, client):
    """The connection, and what is behind it, go on."""
    stream = client.ask(path="/again")
    asked = world.origin.accept()
    equal(asked.head.path, "/again")
    asked.reply(b"again")
    equal(stream.head().status, 200)
    equal(stream.rest(), b"again")


@case
def responses_without_bodies(world):
    client = world.client()
    for status in (204, 304, 200):
        stream = client.ask()
        asked = world.origin.accept()
        asked.answer(status, [("etag", '"a"')], is_ended=True)
        head = stream.head()
        equal((head.status, head["etag"]), (status, '"a"'))
        equal(stream.rest(), b"")
    again(world, client)


@case
def early_responses(world):
    """An origin may answer before the request is complete."""
    stream = world.client().ask("POST", "/", is_ended=False)
    asked = world.origin.accept()
    stream.send(b"a part")
    equal(asked.take(6), b"a part")
    asked.answer(413, length=5)
    asked.send(b"large")
    if world.origin_kind == "h2":
        asked.end.h2.end_stream(asked.number)
        asked.end.h2.reset_stream(asked.number, 0)
        asked.end.flush()
    equal(stream.head().status, 413)
    equal(stream.take(5), b"large")
    if world.client_kind == "h2":
        # The client learns that nobody wants the rest, without an error (section 8.1).
        stream.wait(lambda: stream.is_ended)
        stream.wait(lambda: getattr(stream, "reset_code", None) is not None)
        equal(stream.reset_code, 0)


@case
def a_client_that_gives_up(world):
    """Its reset reaches the origin, and only that request ends."""
    client = world.client()
    stream = client.ask(path="/slow")
    asked = world.origin.accept()
    stream.abort()
    if world.origin_kind == "h2":
        equal(asked.wait_for_break(), "reset 8")
    else:
        asked.end.pump(PATIENCE)
        assert asked.end.is_over
    again(world, client if world.client_kind == "h2" else world.client())


@case
def a_client_that_gives_up_a_response(world):
    """The same in the middle of a response."""
    client = world.client()
    stream = client.ask(path="/slow")
    asked = world.origin.accept()
    asked.answer()
    asked.send(b"first")
    equal(stream.head().status, 200)
    equal(stream.take(5), b"first")
    stream.abort()
    if world.origin_kind == "h2":
        equal(asked.wait_for_break(), "reset 8")
    else:
        asked.end.pump(PATIENCE)
        assert asked.end.is_over
    again(world, client if world.client_kind == "h2" else world.client())


@case
def an_origin_that_gives_up(world):
    """Before the response: 502."""
    client = world.client()
    stream = client.ask("POST", "/", is_ended=False, length=3)
    asked = world.origin.accept()
    stream.send(b"abc")
    if world.client_kind == "h2":
        stream.end()
    equal(asked.rest(), b"abc")
    asked.abort()
    equal(stream.head().status, 502)
    stream.rest()
    again(world, world.client())


@case
def an_origin_that_gives_up_a_response(world):
    """In the middle of one: the client must not take it for whole."""
    client = world.client()
    stream = client.ask()
    asked = world.origin.accept()
    asked.answer()
    asked.send(b"first")
    equal(stream.head().status, 200)
    equal(stream.take(5), b"first")
    asked.abort()
    how = stream.wait_for_break()
    equal(how, "reset 2" if world.client_kind == "h2" else "closed")
    again(world, client if world.client_kind == "h2" else world.client())


class Aside(threading.Thread):
    """Sends the rest of a message while the other side reads."""

    def __init__(self, stream, finish):
        super().__init__(daemon=True)
        self.stream, self.finish, self.pieces = stream, finish, 0
        self.start()

    def run(self):
        self.pieces = self.stream.finish_push()
        self.finish()


def check_pushed(world, before, sent):
    """A sender was stopped before it could fill the gateway."""
    grown = world.memory() - before
    assert sent < 16 << 20, f"{sent} bytes could be sent"
    assert grown < 4096, f"the gateway grew by {grown} KiB"


@case
def a_slow_client(world):
    """What the client does not read stays at the origin, and the gateway does not grow."""
    stream = world.client(receive_buffer=32 * 1024).ask()
    asked = world.origin.accept()
    asked.rest()
    before = world.memory()
    asked.answer()
    check_pushed(world, before, asked.push(PATTERN, 64 << 20))
    equal(stream.head().status, 200)
    aside = Aside(asked.stream, asked.finish)
    body = stream.rest()
    aside.join()
    assert body == PATTERN * aside.pieces, "no byte is lost"


@case
def a_slow_origin(world):
    """What the origin does not read stays at the client."""
    stream = world.client().ask("POST", is_ended=False)
    asked = world.origin.accept()
    before = world.memory()
    check_pushed(world, before, stream.push(PATTERN, 64 << 20))
    aside = Aside(stream, stream.end)
    body = asked.rest()
    aside.join()
    assert body == PATTERN * aside.pieces, "no byte is lost"
    asked.reply(b"ok")
    equal(stream.head().status, 200)


@case
def many_at_once(world):
    """Requests on one connection are answered in another order than they came."""
    if world.client_kind == "h1":
        clients = [world.client() for _ in range(20)]
    else:
        clients = [world.client()] * 20
    streams = [client.ask(path=f"/{n}") for n, client in enumerate(clients)]
    asked = [world.origin.accept() for _ in streams]
    for request in reversed(asked):
        request.reply(request.head.path.encode())
    for number, stream in enumerate(streams):
        equal(stream.head().status, 200)
        equal(stream.rest(), f"/{number}".encode())


@case
def websockets(world):
    """Extended CONNECT and Upgrade mean the same; bytes pass until either side ends."""
    stream = world.client().websocket("/socket", [("sec-websocket-protocol", "chat")])
    asked = world.origin.accept()
    equal((asked.head.path, asked.head.protocol), ("/socket", "websocket"))
    equal(asked.head["sec-websocket-version"], "13")
    equal(asked.head["sec-websocket-protocol"], "chat")
    if world.origin_kind == "h2":
        equal(asked.head.method, "CONNECT")
        equal(asked.head["sec-websocket-key"], None)
    asked.switch([("sec-websocket-protocol", "chat")])
    head = stream.head()
    equal(head["sec-websocket-protocol"], "chat")
    if world.client_kind == "h1":
        equal(head.status, 101)
        equal(head["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    else:
        equal(head.status, 200)
        equal(head["sec-websocket-accept"], None)
    for number in range(1, 20):
        piece = PATTERN[:number * 500]
        asked.send(piece)
        equal(stream.take(len(piece)), piece)
        stream.send(piece[::-1])
        equal(asked.take(len(piece)), piece[::-1])
    asked.end_tunnel()
    equal(stream.rest(), b"")


@case
def websockets_that_the_client_ends(world):
    client = world.client()
    stream = client.websocket()
    asked = world.origin.accept()
    asked.switch()
    stream.head()
    stream.send(b"bye")
    client.end_tunnel(stream)
    equal(asked.rest(), b"bye")
    asked.send(b"the last word")
    asked.end_tunnel()
    equal(stream.rest(), b"the last word")


@case
def websockets_that_are_refused(world):
    client = world.client()
    stream = client.websocket()
    asked = world.origin.accept()
    asked.reply(b"no", 403)
    equal(stream.head().status, 403)
    equal(stream.take(2), b"no")
    if world.client_kind == "h2":
        again(world, client)


@case
def cookies(world):
    """Crumbs of HTTP/2 are one field for HTTP/1 (section 8.2.3)."""
    crumbs = [("cookie", "a=1"), ("cookie", "b=2"), ("cookie", "c=3")]
    if world.client_kind == "h1":
        crumbs = [("cookie", "a=1; b=2; c=3")]
    stream = world.client().ask(fields=crumbs)
    asked = world.origin.accept()
    equal("; ".join(asked.head.all("cookie")), "a=1; b=2; c=3")
    if world.origin_kind == "h1":
        equal(len(asked.head.all("cookie")), 1)
    asked.reply(b"ok")
    equal(stream.head().status, 200)


@case
def large_heads(world):
    """Heads near the bound, in more frames than one."""
    fields = [(f"x-{n}", "v" * 1000) for n in range(25)]
    stream = world.client().ask(fields=fields)
    asked = world.origin.accept()
    for name, value in fields:
        equal(asked.head[name], value)
    asked.reply(b"ok", fields=fields)
    head = stream.head()
    for name, value in fields:
        equal(head[name], value)
    equal(stream.rest(), b"ok")


@case
def an_upstream_that_goes_away(world):
    """HTTP/2: requests in flight are completed, new ones go elsewhere."""
    if world.origin_kind != "h2":
        return
    client = world.client()
    stream = client.ask(path="/first")
    first = world.origin.accept()
    first.end.socket.sendall(frame(GOAWAY, 0, 0, struct.pack(">LL", first.number, 0)))
    other = world.client()
    # The gateway reads the GOAWAY before or after this; either way the request must not fail.
    second_stream = other.ask(path="/second")
    second = world.origin.accept()
    second.reply(b"second")
    equal(second_stream.head().status, 200)
    first.reply(b"first")
    equal(stream.head().status, 200)
    equal(stream.rest(), b"first")


@case
def refused_streams(world):
    """HTTP/2: a request that the origin has not looked at is sent again."""
    if world.origin_kind != "h2":
        return
    stream = world.client().ask("POST", "/once")
    first = world.origin.accept()
    first.end.abort(first.stream, 7)
    second = world.origin.accept()
    equal((second.head.method, second.head.path), ("POST", "/once"))
    second.reply(b"ok")
    equal(stream.head().status, 200)


@case
def deadlines_of_grpc(world):
    """The time that a caller gives its call bounds it, whatever the caller does."""
    if world.client_kind == "h1":
        return
    stream = world.client().ask("POST", "/weir.Test/Wait", [
        ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "100m")])
    asked = world.origin.accept()
    equal(asked.head["grpc-timeout"], "100m")
    head = stream.head()
    equal((head.status, head["content-type"]), (200, "application/grpc"))
    equal((head["grpc-status"], head["grpc-message"]), ("4", "grpc_timeout"))
    if world.origin_kind == "h2":
        equal(asked.wait_for_break(), "reset 8")
    else:
        asked.end.pump(PATIENCE)
        assert asked.end.is_over
