"""Cases of combine.py: streams that end early, wait, or become tunnels."""

import struct
import threading

from combine_world import *
from peers import *
from wire import GOAWAY, frame


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
