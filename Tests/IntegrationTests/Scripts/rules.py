"""Breaks the rules of RFC 9113 that a client can break, one connection for each, and says what
the server did about it.

    rules.py HOST:PORT

The server answers `/ok` by itself and holds requests for `/hold` for ever. Prints a JSON list of
`{section, name, expected, got}`: `connection CODE` for a GOAWAY, `stream CODE` for a RST_STREAM,
`status N` for a response, `ignored` when nothing happened and the connection goes on.
"""

import json
import struct
import sys
from collections import namedtuple

from rule_cases import CASES
from wire import *

PROBE = 9999


def outcome(peer, stream):
    """What has happened to the connection or to the stream."""
    if peer.goaway not in (None, "NO_ERROR"):
        return f"connection {peer.goaway}"
    code = peer.reset_code(stream)
    status = peer.status(stream)
    if status and code in (None, "NO_ERROR"):
        return f"status {status}"
    if code:
        return f"stream {code}"
    if peer.is_closed:
        return "closed"
    return "ignored"


def probe(peer):
    """Sends what can be answered only after everything before it has been dealt with."""
    peer.send(ping(b"is-alive") + headers(PROBE, request()))
    return peer.wait(lambda: peer.has_answer(PROBE) or peer.goaway)


def run(case, address):
    peer = Peer(address, case.first)
    try:
        if case.first.startswith(PREFACE + settings()[:3]):
            # The server's settings hold from their acknowledgement on.
            peer.wait(lambda: len(peer.of(SETTINGS)) >= 2)
        for step in case.steps:
            if callable(step):
                if not step(peer):
                    return "a step was in vain"
            else:
                peer.send(step)
        if case.expected == "closed" or case.expected.startswith("connection"):
            # A probe would add errors of its own.
            peer.wait_for_end()
        elif not case.goes_on:
            peer.wait(lambda: peer.has_answer(case.stream))
        else:
            probe(peer)
            peer.wait(lambda: peer.is_closed or outcome(peer, case.stream) == case.expected)
        got = outcome(peer, case.stream)
        if got.startswith("connection") and not peer.wait_for_end():
            return got + ", not closed"
        if not got.startswith("connection") and case.expected != "closed" and case.goes_on:
            if peer.status(PROBE) != "200":
                return got + ", and then nothing"
        return got
    finally:
        peer.close()


def main():
    address = parse_address(sys.argv[1])
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    results = [
        {"section": case.section, "name": case.name, "expected": case.expected,
         "got": run(case, address)}
        for case in CASES if only in case.name
    ]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
