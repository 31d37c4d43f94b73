"""Cases of combine.py: messages that come to their end."""

from combine_world import *
from peers import *


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
