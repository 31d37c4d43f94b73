"""Requests over HTTP/2 that are on their way when the gateway drains or reloads: none may fail.

    drain.py ORIGIN HOST:PORT SOCKET PID
        sends SIGTERM while requests are in flight
    drain.py ORIGIN HOST:PORT SOCKET PID CONFIGURATION NEW
        replaces the file CONFIGURATION by NEW and sends SIGHUP; `/version` has another answer then

ORIGIN is `h1` or `h2`. Prints nothing when all is well.
"""

import os
import signal
import sys

from peers import *
from wire import parse_address


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def begin(client, origin, count):
    """Requests in all states: answered in part, and not answered."""
    streams = [client.ask(path=f"/{number}") for number in range(count)]
    asked = [origin.accept() for _ in streams]
    asked.sort(key=lambda each: int(each.head.path[1:]))
    for stream, request in list(zip(streams, asked))[::2]:
        request.answer(200)
        request.send(b"first ")
        equal(stream.head().status, 200)
        equal(stream.take(6), b"first ")
    return streams, asked


def complete(streams, asked):
    for number, request in enumerate(asked):
        if number % 2 == 0:
            request.send(b"second")
            request.finish()
        else:
            request.reply(b"whole")
    for number, stream in enumerate(streams):
        if number % 2 == 0:
            equal(stream.rest(), b"second")
        else:
            equal(stream.head().status, 200)
            equal(stream.rest(), b"whole")


def drain(client, origin, pid):
    streams, asked = begin(client, origin, 10)
    os.kill(pid, signal.SIGTERM)
    waiting = streams[1]
    waiting.wait(lambda: client.end.goaway)
    # What the client sends before it can know better is still taken (section 6.8).
    late = client.ask(path="/late")
    if client.end.goaway[1] >= late.number:
        request = origin.accept()
        equal(request.head.path, "/late")
        request.reply(b"late")
        equal(late.head().status, 200)
    complete(streams, asked)
    end = time.monotonic() + PATIENCE
    while not client.end.is_over and time.monotonic() < end:
        client.end.pump(0.1)
    assert client.end.is_over, "the connection stays open"
    equal(client.end.goaway[0], 0)


def reload(client, origin, pid, configuration, new):
    equal(client.get("/version")[1], b"one")
    streams, asked = begin(client, origin, 10)
    os.replace(new, configuration)
    os.kill(pid, signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while client.get("/version")[1] != b"two":
        assert time.monotonic() < end, "the new configuration does not come"
    complete(streams, asked)
    streams, asked = begin(client, origin, 4)
    complete(streams, asked)
    equal(client.end.goaway, None)


def main():
    kind, address, path, pid = sys.argv[1:5]
    origin = Origin(kind, path)
    client = Client("h2", parse_address(address))
    if len(sys.argv) > 5:
        reload(client, origin, int(pid), sys.argv[5], sys.argv[6])
    else:
        drain(client, origin, int(pid))


main()
